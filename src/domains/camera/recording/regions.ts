/** How tracks fared in each part of the picture. */
import type { CameraTelemetry, SurvivalSummary } from '../session.ts'
import type { TrackRecord } from '../telemetry.ts'
import { type Region, regions, type Regional } from '../terms.ts'
import { meanOf, rounded, share } from './rounded.ts'

/** A region with fewer tracks is not judged. */
export const judgedTracks = 3
/** A dead zone has a point for less than this share of its tracks. */
export const deadBelow = 0.3
const sweetAbove = 0.7

type RegionFields = Pick<CameraTelemetry, 'regionStats' | 'deadZones' | 'sweetSpots' | 'regionConfidence'>

/**
 * @param isSolved where nothing was solved, no region is to blame
 */
export function regionFields(tracks: readonly TrackRecord[], isSolved: boolean): RegionFields {
  const byRegion = regions.map((region) => {
    const own = tracks.filter((track) => track.region === region)
    const solved = own.filter((track) => track.contributedToSolve).length
    return { region, own, solved }
  })
  const known = byRegion.filter(({ own }) => own.length > 0)
  const judged = byRegion.filter(({ own }) => own.length >= judgedTracks)
  const where = (fits: (solvedShare: number) => boolean): Region[] | null =>
    isSolved ? judged.filter(({ own, solved }) => fits(solved / own.length)).map(({ region }) => region) : null
  return {
    regionStats: regional(byRegion, ({ own, solved }) => ({
      totalTracks: own.length,
      successfulTracks: solved,
      averageLifespanFrames: rounded(meanOf(own.map((track) => track.lifespanFrames ?? 0))),
    })),
    deadZones: where((solved) => solved < deadBelow),
    sweetSpots: where((solved) => solved > sweetAbove),
    regionConfidence: isSolved ? regional(known, ({ own, solved }) => confidence(solved, own.length)) : null,
  }
}

/** That the next track here gets a point: Laplace's rule of succession, one half where nothing is known. */
const confidence = (solved: number, tracks: number): number => rounded((solved + 1) / (tracks + 2)) ?? 0

/** Where most tracks were, the first of equals; null without tracks. */
export function dominantRegion(stats: NonNullable<CameraTelemetry['regionStats']>): Region | null {
  const countOf = (region: Region | null) => (region === null ? 0 : (stats[region]?.totalTracks ?? 0))
  return regions.reduce<Region | null>((most, region) => (countOf(region) > countOf(most) ? region : most), null)
}

export function survivalOf(tracks: readonly TrackRecord[]): SurvivalSummary {
  const survived = tracks.filter((track) => track.survived).length
  const byRegion = regions.map((region) => ({ region, own: tracks.filter((track) => track.region === region) }))
  return {
    markers: tracks.length,
    survived,
    rate: share(tracks.length === 0 ? null : survived / tracks.length),
    averageLifespanFrames: rounded(meanOf(tracks.map((track) => track.lifespanFrames ?? 0))),
    averageFeatureQuality: share(meanOf(tracks.flatMap((track) => track.featureQuality ?? []))),
    qualityCorrelation: rounded(
      pearson(
        tracks.flatMap(({ featureQuality, survived: lives }) =>
          typeof featureQuality === 'number' ? [[featureQuality, lives ? 1 : 0] as const] : [],
        ),
      ),
    ),
    regions: regional(byRegion, ({ own }) => {
      const alive = own.filter((track) => track.survived).length
      return { total: own.length, survived: alive, rate: share(own.length === 0 ? null : alive / own.length) }
    }),
  }
}

const regional = <T extends { readonly region: Region }, V>(entries: readonly T[], value: (entry: T) => V) =>
  Object.fromEntries(entries.map((entry) => [entry.region, value(entry)])) as Regional<V>

/** null where one of the two never changes. */
function pearson(pairs: readonly (readonly [number, number])[]): number | null {
  const [meanX, meanY] = [meanOf(pairs.map(([x]) => x)), meanOf(pairs.map(([, y]) => y))]
  if (meanX === null || meanY === null) return null
  let [xy, xx, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xy += (x - meanX) * (y - meanY)
    xx += (x - meanX) ** 2
    yy += (y - meanY) ** 2
  }
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : null
}
