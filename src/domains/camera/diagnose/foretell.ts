/**
 * The forecast: a logistic regression on what the tracks alone show before anything is solved. Its weights are fitted by
 * `bench/forecast.ts` on generated scenes and rendered clips, judged by their truth (docs/measurements-forecast.md). That a
 * camera on a tripod shows no depth is not held against it: the weight of depth bends both ways, and the least is given to what
 * lies between turning and travelling.
 */
import { tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import type { FocalKnowledge, SolverTrack } from '#track/solution.ts'
import { frameIndexOf } from '../motion/frame-index.ts'
import { kindOf } from '../motion/motion-kind.ts'
import { pictureCourse } from '../motion/picture-motion.ts'
import type { Forecast } from './forecast.ts'
import { centre, type FeatureName, features, intercept, weights } from './forecast-weights.ts'
import { rigidityOf } from './rigidity.ts'

export interface ForecastInput {
  readonly info: Pick<ClipInfo, 'widthPx' | 'heightPx' | 'pixelAspect' | 'frameRate'>
  readonly range: { readonly from: number; readonly to: number }
  /** What the solve will be given. */
  readonly tracks: readonly Track[]
  /** First frames of new shots. */
  readonly cuts: readonly number[]
  /** How far the focal length is known that the solve will begin with. */
  readonly focal: FocalKnowledge
}

/** What a known focal length counts as, against none. */
const known: Readonly<Record<FocalKnowledge, number>> = { unknown: 0, refine: 0.5, fixed: 1 }

/** Below this it is said in words that the solve will likely fail. */
export const warnBelow = 0.4
/** A feature that costs less than this many log odds, against a middling clip, is no cause. */
const leastCost = 0.25

export type ForecastFeatures = Readonly<Record<FeatureName, number | null>>

/** The shot that is least likely to come out right decides. */
export function forecast({ info, range, tracks, cuts, focal }: ForecastInput): Forecast {
  const starts = [range.from, ...cuts.filter((cut) => cut > range.from && cut <= range.to)]
  const shots = starts.map((fromFrame, i) => {
    const span = { fromFrame, toFrame: (starts[i + 1] ?? range.to + 1) - 1 }
    const measured = forecastFeatures(tracksWithin(tracks, span), info, span, focal)
    return { measured, probability: probabilityOf(measured) }
  })
  const worst = shots.reduce((least, shot) => (shot.probability < least.probability ? shot : least))
  const warnings = worst.probability < warnBelow ? causesOf(worst.measured) : []
  return { probability: worst.probability, warnings, features: worst.measured }
}

/** What the forecast of one shot rests on; null where it cannot be measured. */
export function forecastFeatures(
  tracks: readonly SolverTrack[],
  info: ForecastInput['info'],
  { fromFrame, toFrame }: { readonly fromFrame: number; readonly toFrame: number },
  focal: FocalKnowledge,
): ForecastFeatures {
  const frames = toFrame - fromFrame + 1
  const index = frameIndexOf(tracks, info)
  const live = Array.from({ length: frames }, (_, i) => index.tracksIn(fromFrame + i).length).sort((a, b) => a - b)
  const markers = live.reduce((sum, n) => sum + n, 0)
  const course = pictureCourse(index)
  const rate = info.frameRate
  const fps = rate === null ? 24 : rate.numerator / rate.denominator
  const evidence = course && kindOf(course, index, info, fps).evidence
  const rigidity = rigidityOf(tracks, info)
  return {
    liveTracks: live[live.length >> 1] ?? 0,
    fewestTracks: live[0] ?? 0,
    length: tracks.length === 0 ? 0 : markers / tracks.length,
    coverage: coverageOf(index, fromFrame, toFrame),
    motion: evidence && Math.max(evidence.pan, evidence.zoom, evidence.roll, evidence.shake),
    depth: evidence?.parallax ?? null,
    looseShare: rigidity?.looseShare ?? null,
    noise: rigidity?.centreError == null ? null : 960 * rigidity.centreError,
    focalKnown: known[focal],
  }
}

/** Share of the nine regions that have a track, mean over frames. */
function coverageOf(index: ReturnType<typeof frameIndexOf>, from: number, to: number): number {
  let filled = 0
  for (let frame = from; frame <= to; frame++) {
    const { a } = index.pairs(frame, frame)
    const seen = new Set<number>()
    for (let i = 0; i < a.length; i += 2) {
      seen.add(regionIndex(a[i]! + 0.5, a[i + 1]! + index.height / 2, 1, index.height))
    }
    filled += seen.size
  }
  return filled / (regions.length * (to - from + 1))
}

const termsOf = (name: FeatureName, measured: ForecastFeatures): readonly number[] =>
  features[name].terms(measured[name] ?? features[name].unknown)

/** Log odds that a feature adds or takes, against a middling clip. */
const shareOf = (name: FeatureName, measured: ForecastFeatures): number =>
  termsOf(name, measured).reduce((sum, term, i) => sum + weights[name][i]! * (term - centre[name][i]!), 0)

const names = Object.keys(features) as FeatureName[]

/** Chance that a shot with these features is solved right. */
export function probabilityOf(measured: ForecastFeatures): number {
  const score = names.reduce((sum, name) => sum + shareOf(name, measured), intercept)
  return 1 / (1 + Math.exp(-score))
}

function causesOf(measured: ForecastFeatures): readonly string[] {
  const costs = names
    .map((name) => ({ name, cost: -shareOf(name, measured) }))
    .filter(({ cost }) => cost > leastCost)
    .sort((a, b) => b.cost - a.cost)
  return costs.map(({ name }) => features[name].warning(measured[name]))
}

/** The regressors of a shot, in the order of {@link features}: what the weights are fitted to. */
export const regressors = (measured: ForecastFeatures): readonly number[] =>
  names.flatMap((name) => termsOf(name, measured))
