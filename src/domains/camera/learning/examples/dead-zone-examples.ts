/**
 * What the dead-zone model learns from: each of the nine regions of a clip, as the probe found it before anything was placed,
 * and whether its tracks then came to nothing. `dead` is what sessions call a dead zone: fewer than 0.3 of three tracks or
 * more got a point. A region where nothing was placed, or that was kept clear, says nothing.
 */
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import type { CameraBehavior } from '../../behavior.ts'
import { asCamera, groupOf } from '../../classes.ts'
import { deadBelow, judgedTracks } from '../../recording/regions.ts'
import { type Region, regions } from '../../terms.ts'
import { type Before, clipFeatureNames, clipFeatures } from './clip-features.ts'
import { type Example, meanKnown, shareOf } from './example.ts'

export const deadZoneFeatureNames: readonly string[] = [
  ...clipFeatureNames,
  'row',
  'column',
  'points placed here',
  'share kept here',
  'speed here',
  'jitter here',
]

/** Of one region before anything is placed in it. */
export function deadZoneRow(before: Before, region: Region): (number | null)[] {
  const index = regions.indexOf(region)
  const here = before.probe?.regions?.[region] ?? null
  return [
    ...clipFeatures(before),
    Math.floor(index / 3),
    index % 3,
    here?.total ?? null,
    shareOf(here?.survived, here?.total),
    meanKnown(here?.velocitiesUv ?? []),
    meanKnown(here?.jitters ?? []),
  ]
}

export interface RegionExample extends Example {
  readonly region: Region
}

/** Where a person placed tracks that got a point. */
const revived = (edits: readonly Edit[]): ReadonlySet<Region> =>
  new Set(
    edits
      .filter(({ kind }) => kind === 'camera.behavior')
      .flatMap(({ after }) => (after as CameraBehavior).additions ?? [])
      .flatMap(({ region, contributedToSolve }) => (region && contributedToSolve === true ? [region] : [])),
  )

/**
 * Nothing of a clip that was not probed, or not solved: there no region is to blame. A region that a person found something to
 * follow in is not dead.
 *
 * @param edits of the session
 */
export function deadZoneExamples(session: AnySession, edits: readonly Edit[]): readonly RegionExample[] {
  const camera = asCamera(session)
  const { context, settings, outcome, telemetry } = camera
  if (!context.probe || !outcome.solvedFrames) return []
  const alive = revived(edits)
  const avoided = new Set(settings.values.avoidRegions ?? [])
  return regions.flatMap((region) => {
    const stats = telemetry?.regionStats?.[region]
    const { totalTracks, successfulTracks } = stats ?? {}
    if (avoided.has(region) || typeof totalTracks !== 'number' || totalTracks < judgedTracks) return []
    const isDead = (successfulTracks ?? 0) / totalTracks < deadBelow && !alive.has(region)
    const target = isDead ? 1 : 0
    return [{ values: deadZoneRow(context, region), target, clip: groupOf(camera), region }]
  })
}
