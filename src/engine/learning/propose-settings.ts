/**
 * Settings that the predictor promises more of than any that are tried anyway: found by a simplex over its lower bound, which
 * starts at the best of the grid. They join the candidates under the name of the nearest that has one, and must earn their
 * evidence like the others: a model alone drives nothing.
 */
import type { Context } from '#core/context.ts'
import type { Candidate } from '#core/learnable.ts'
import { candidates, type TrackingConfiguration } from '#domains/camera/learning/candidates.ts'
import {
  settingFeatureNames,
  settingsFeatureNames,
  settingsRow,
} from '#domains/camera/learning/examples/settings-examples.ts'
import { type Known, knownLive } from '#domains/camera/learning/known.ts'
import { baseOf, candidateNamed, nameOf, spaceOf } from '#domains/camera/learning/naming.ts'
import type { Situation } from '#domains/camera/policies/policy.ts'
import { maximise } from '#learn/choice/nelder-mead.ts'
import { type NetworkModel, predictNetwork } from '#learn/models/network-model.ts'
import { type Table, tableOf } from '#learn/models/table.ts'
import { type Bag, surestRow, type Uplift, upliftOf } from '#learn/models/uplift.ts'
import { acting } from './advice.ts'
import { readModels } from './model-files.ts'

export type Propose = (situation: Situation) => readonly Candidate[]

/** Of the simplex; the same situation always gets the same proposals. */
const seed = 1

/** @returns null where no predictor acts; it knows settings of the built-in engine only */
export async function settingsProposer(dataDir: string, ctx: Pick<Context, 'warn'>): Promise<Propose | null> {
  const found = await acting(dataDir, await readModels(dataDir, ctx), 'settings', settingsFeatureNames, ctx)
  if (found === null || (found.model.algorithm !== 'bag' && found.model.algorithm !== 'network')) return null
  const { model } = found
  return (situation) => (situation.engine === 'embedded' ? proposals(model, knownLive(situation)) : [])
}

/** @returns those that have names of their own: one, or none where the grid has what is best */
export function proposals(model: Bag | NetworkModel, known: Known): readonly Candidate[] {
  const base = baseOf(known)
  const space = spaceOf(known)
  const grid = [{ key: '', settings: base }, ...candidates(base, space)]
  const rowOf = (settings: TrackingConfiguration) => settingsRow(known, settings)
  const usual = tableOf(settingsFeatureNames, [rowOf(base)]).values
  const uplift =
    model.algorithm === 'bag'
      ? upliftOf(model, settingsFeatureNames, usual, settingFeatureNames)
      : networkUplift(model, usual)
  const lowOf = (tried: readonly TrackingConfiguration[]) => uplift(tableOf(settingsFeatureNames, tried.map(rowOf)))
  const uplifts = lowOf(grid.map(({ settings }) => settings as TrackingConfiguration))
  const start = grid[surestRow(uplifts, 0)]!.settings as TrackingConfiguration
  const outcome = (settings: object) => lowOf([settings as TrackingConfiguration])[0]!.low
  const best = maximise(space, start, outcome, { seed, evaluations: 200 })
  if (best === null || best.value <= Math.max(0, ...uplifts.map(({ low }) => low))) return []
  const said = { footage: 'auto', robust: false } as const
  const { key } = nameOf(best.settings as TrackingConfiguration, known, said, null)
  const isNew = grid.every((candidate) => candidate.key !== key)
  const named = isNew ? candidateNamed(key, known) : null
  return named === null ? [] : [named]
}

/** A single network does not say where it is unsure: what it promises is taken for what is safe to expect. */
function networkUplift(model: NetworkModel, usual: Float64Array): (rows: Table) => readonly Uplift[] {
  const base = predictNetwork(model, { featureNames: settingsFeatureNames, rowCount: 1, values: usual })[0]!
  return (rows) =>
    Array.from(predictNetwork(model, rows), (told) => ({ mean: told - base, low: told - base, high: told - base }))
}
