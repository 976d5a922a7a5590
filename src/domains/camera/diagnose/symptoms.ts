/** What an attempt looks like where it went wrong: figures that the patterns of failure are read from. */
import { defaultSettings } from '#track/match/settings.ts'
import type { EndReason, Track } from '#track/tracks.ts'
import { frameIndexOf, type FrameIndex } from '../motion/frame-index.ts'
import { parallaxIn } from '../motion/parallax.ts'
import { quantile } from '../motion/planar-fit.ts'
import type { DiagnosisInput } from './input.ts'
import type { PictureStatistics } from './picture-statistics.ts'
import { type Rigidity, rigidityOf } from './rigidity.ts'
import { staticOverlay } from './static-overlay.ts'

/** Speeds and widths are shares of the picture's width; rates are per second where the frame rate is known, else as of 24. */
export interface Symptoms {
  readonly frames: number
  readonly fps: number
  /** Tracks with a marker in a frame: median and least over frames. */
  readonly liveMedian: number
  readonly liveLeast: number
  /** Live tracks after a search over those aimed at, median over searches; null without one. */
  readonly foundShare: number | null
  /** Median slope at corners that were placed, grey levels a pixel; null where the engine tells none. */
  readonly cornerSlope: number | null
  /** Standard deviation of brightness over half of its range, median over pictures that were looked at. */
  readonly contrast: number | null
  /** Of steps from frame to frame the median, and the 95th percentile of the longer side. */
  readonly speed: number | null
  readonly fastReach: number | null
  /** How far the search window reaches. */
  readonly searchReach: number
  /** What the probe asks of the search, when there was one. */
  readonly probedReach: number | null
  /** Tracks that were lost (not those that left the picture) for each second that one was followed. */
  readonly lossRate: number
  /** Of all tracks, those that were lost within a sixth of a second of where they were placed. */
  readonly bornLost: number
  /** Edges along the motion over edges across it, median over fast frames that were looked at; null without such. */
  readonly smear: number | null
  /** Width of edges along the motion in those frames, and how far the picture moved meanwhile: pixels. */
  readonly smearPx: number | null
  readonly smearSpeedPx: number | null
  readonly rigidity: Rigidity | null
  readonly parallax: number | null
  readonly overlay: readonly number[]
  readonly bend: LensBend | null
}

/** What the solve left over that grows with the third power of the distance from the middle. */
export interface LensBend {
  /** In the corners, pixels. */
  readonly cornerPx: number
  /** Share of all that is left over along the radius that it explains. */
  readonly explained: number
}

const lostReasons: ReadonlySet<EndReason | undefined> = new Set<EndReason>(['low-correlation', 'drift', 'occluded'])
const usualFps = 24

export interface Span {
  readonly from: number
  readonly to: number
}

/** @param spans the parts that went wrong */
export function symptomsOf(input: DiagnosisInput, spans: readonly Span[], bend: LensBend | null): Symptoms {
  const { info, tracker, detections, probe } = input
  const isIn = (frame: number) => spans.some(({ from, to }) => frame >= from && frame <= to)
  const tracks = input.tracks.filter(({ startFrame }) => isIn(startFrame))
  const index = frameIndexOf(tracks, info)
  const rate = info.frameRate
  const fps = rate === null ? usualFps : rate.numerator / rate.denominator
  const frames = spans.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const live = spans
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => index.tracksIn(from + i).length))
    .sort((a, b) => a - b)
  const searches = detections.filter(({ frame }) => isIn(frame))
  const strengths = searches.flatMap(({ strength }) => [...strength]).filter((value) => value > 0)
  const pictures = input.pictures.filter(({ frame }) => isIn(frame))
  const steps = stepsOf(index)
  return {
    frames,
    fps,
    liveMedian: live[live.length >> 1] ?? 0,
    liveLeast: live[0] ?? 0,
    foundShare:
      searches.length === 0
        ? null
        : quantile(
            searches.map(({ regions }) => regions.reduce((n, r) => n + r.existing + r.found, 0) / input.count),
            0.5,
          ),
    cornerSlope: strengths.length === 0 ? null : Math.sqrt(quantile(strengths, 0.5)),
    contrast:
      pictures.length === 0
        ? null
        : quantile(
            Float64Array.from(pictures, ({ contrast }) => contrast),
            0.5,
          ),
    speed: steps.length === 0 ? null : quantile(steps.lengths, 0.5),
    fastReach: steps.length === 0 ? null : quantile(steps.sides, 0.95),
    searchReach: (tracker.searchSize - tracker.patternSize) / 2 / info.widthPx,
    probedReach:
      probe?.searchSizePx == null
        ? null
        : (probe.searchSizePx - defaultSettings(info.widthPx).patternSize) / 2 / info.widthPx,
    ...lossesOf(tracks, fps),
    ...smearOf(index, pictures, info.widthPx),
    rigidity: rigidityOf(tracks, info),
    parallax: parallaxIn(index),
    overlay: staticOverlay(tracks, info),
    bend,
  }
}

/** Of all tracks from one frame to the next. */
function stepsOf(index: FrameIndex): { length: number; lengths: Float64Array; sides: Float64Array } {
  const [far, sides]: [number[], number[]] = [[], []]
  for (let frame = index.first; frame < index.last; frame++) {
    const { a, b } = index.pairs(frame, frame + 1)
    for (let i = 0; i < a.length; i += 2) {
      const [dx, dy] = [Math.abs(b[i]! - a[i]!), Math.abs(b[i + 1]! - a[i + 1]!)]
      far.push(Math.hypot(dx, dy))
      sides.push(Math.max(dx, dy))
    }
  }
  return { length: far.length, lengths: Float64Array.from(far), sides: Float64Array.from(sides) }
}

function lossesOf(tracks: readonly Track[], fps: number): Pick<Symptoms, 'lossRate' | 'bornLost'> {
  let [losses, born, steps] = [0, 0, 0]
  for (const { frames, startFrame, begin, end } of tracks) {
    steps += Math.max(1, frames.length - 1)
    for (const side of [begin, end]) {
      if (side === null || !lostReasons.has(side.reason)) continue
      losses++
      if (Math.abs(side.frame - startFrame) <= Math.max(1, fps / 6)) born++
    }
  }
  return {
    lossRate: steps === 0 ? 0 : (losses / steps) * fps,
    bornLost: tracks.length === 0 ? 0 : born / tracks.length,
  }
}

/** Slower pictures are not smeared so that it could be told. */
const fastWidths = 8 / 960
const fewestSmeared = 2

/** Motion smears edges along its direction and leaves those across it sharp; a soft lens softens both. */
function smearOf(
  index: FrameIndex,
  pictures: readonly PictureStatistics[],
  widthPx: number,
): Pick<Symptoms, 'smear' | 'smearPx' | 'smearSpeedPx'> {
  const looks = pictures.flatMap(({ frame, edgeWidthX, edgeWidthY }) => {
    const motion = motionAround(index, frame)
    if (edgeWidthX === null || edgeWidthY === null || motion === null) return []
    const [dx, dy] = motion
    if (Math.max(dx, dy) < fastWidths) return []
    const [along, across] = dx > dy ? [edgeWidthX, edgeWidthY] : [edgeWidthY, edgeWidthX]
    return [{ ratio: along / across, along, speed: Math.max(dx, dy) * widthPx }]
  })
  if (looks.length < fewestSmeared) return { smear: null, smearPx: null, smearSpeedPx: null }
  const median = (value: (look: (typeof looks)[number]) => number) => quantile(looks.map(value), 0.5)
  return { smear: median((l) => l.ratio), smearPx: median((l) => l.along), smearSpeedPx: median((l) => l.speed) }
}

/** How far the picture moves across and down around a frame, medians in widths. */
function motionAround(index: FrameIndex, frame: number): readonly [number, number] | null {
  const steps = [index.pairs(frame - 1, frame), index.pairs(frame, frame + 1)]
  const [x, y]: [number[], number[]] = [[], []]
  for (const { a, b } of steps) {
    for (let i = 0; i < a.length; i += 2) {
      x.push(Math.abs(b[i]! - a[i]!))
      y.push(Math.abs(b[i + 1]! - a[i + 1]!))
    }
  }
  return x.length < 6 ? null : [quantile(x, 0.5), quantile(y, 0.5)]
}
