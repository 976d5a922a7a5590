/**
 * Settings for parts of the picture, from how tracks survived there: what passes the gate in a part, put together to one candidate.
 * It joins the others under a name of its own and must earn its evidence by whole runs, within the credit and against the control.
 */
import { type Candidate, defaultKey } from '#core/learnable.ts'
import { byRegion, regionLevels } from '#domains/camera/learning/by-region.ts'
import { candidateKeys } from '#domains/camera/learning/candidates.ts'
import type { Known } from '#domains/camera/learning/known.ts'
import { levelsOf, prefixes } from '#domains/camera/learning/levels.ts'
import { baseOf } from '#domains/camera/learning/naming.ts'
import { type Region, regions } from '#domains/camera/terms.ts'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { estimates } from '#learn/choice/evidence.ts'
import { type Verdict, wantedOf } from '#learn/choice/gate.ts'
import type { Engine } from '../engine.ts'
import { readLearned } from './state.ts'

/** What is wanted in one part of the picture. */
export interface RegionWish {
  readonly region: Region
  readonly key: string
  /** Of the tracks that begin there, against those with the default. */
  readonly verdict: Verdict
}

export interface RegionProposal {
  readonly candidate: Candidate
  readonly wishes: readonly RegionWish[]
}

const offered = candidateKeys.map((key) => ({ key, settings: {} }))

/** Of all trials, while there are fewer than so many. */
const trialShare = 0.5
const fewTries = 6

/** @returns null where no part of the picture wants anything else than the rest */
export async function proposeByRegion(
  engine: Pick<Engine, 'store'>,
  name: string,
  known: Known,
): Promise<RegionProposal | null> {
  const kinds = levelsOf(known).filter((level) => !level.startsWith(prefixes.clip))
  const levels = new Map(regions.map((region) => [region, regionLevels(known, region)]))
  const { state } = await readLearned(engine, name, [...kinds, ...[...levels.values()].flat()])
  const own = `own/${state.proof.rollbacks}`
  const wishes = [...levels].flatMap(([region, some]): RegionWish[] => {
    const seen = new Set(
      some.slice(0, anchoredRules.gate.levels).flatMap((level) => [...(state.cells.get(level)?.keys() ?? [])]),
    )
    if (!seen.has(defaultKey) || seen.size < 2) return []
    const survival = estimates(state.cells, some, own, anchoredRules.pooling)
    const wanted = wantedOf(
      survival,
      some.length,
      offered.filter(({ key }) => seen.has(key)),
      anchoredRules.gate,
    )
    return wanted === null ? [] : [{ region, key: wanted.candidate.key, verdict: wanted.verdict }]
  })
  const proposed = byRegion(baseOf(known), new Map(wishes.map(({ region, key }) => [region, key])))
  if (proposed === null) return null
  const tried = estimates(state.cells, kinds, own, anchoredRules.pooling).observations(proposed.key, kinds.length - 1)
  // What survival speaks for is worth a try; once whole runs speak, it is tried as much as they say.
  const candidate = tried < fewTries ? { ...proposed, trialShare } : proposed
  return { candidate, wishes: wishes.filter(({ region }) => candidate.settings[region] !== undefined) }
}
