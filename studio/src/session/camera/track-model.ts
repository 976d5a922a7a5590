/** Camera tracks made ready to be drawn: positions in shares of the frame, x right, y down, with the frame of each. */
import type { CameraSession } from '#domains/camera/session.ts'

type Telemetry = NonNullable<CameraSession['telemetry']>
type TrackRecord = NonNullable<Telemetry['tracks']>[number]
export type Region = NonNullable<TrackRecord['region']>

/** What became of a track. */
export type Fate = 'solved' | 'unsolved' | 'deleted'

export interface DrawnTrack {
  readonly name: string
  readonly fate: Fate
  readonly errorPx: number | null
  /** Ascending; as long as `xs` and `ys`. */
  readonly frames: readonly number[]
  readonly xs: readonly number[]
  readonly ys: readonly number[]
  readonly record: TrackRecord
}

export interface Shot {
  readonly tracks: readonly DrawnTrack[]
  readonly firstFrame: number
  readonly lastFrame: number
}

export function shotOf({ context, telemetry }: CameraSession): Shot {
  const kept = (telemetry?.tracks ?? []).map((record, i) => drawn(record, i, fateOf(record)))
  const deleted = (telemetry?.deletedTracks ?? []).map((record, i) => drawn(record, kept.length + i, 'deleted'))
  const tracks = [...deleted, ...kept]
  const starts = tracks.flatMap(({ frames }) => frames.slice(0, 1))
  const ends = tracks.flatMap(({ frames }) => frames.slice(-1))
  const first = context.firstFrame ?? Math.min(...starts, context.frameCount ? 1 : Number.POSITIVE_INFINITY)
  const firstFrame = Number.isFinite(first) ? first : 0
  const lastFrame = context.frameCount ? firstFrame + context.frameCount - 1 : Math.max(firstFrame, ...ends)
  return { tracks, firstFrame, lastFrame }
}

function fateOf({ contributedToSolve, deletion }: TrackRecord): Fate {
  if (deletion) return 'deleted'
  return contributedToSolve === true ? 'solved' : 'unsolved'
}

function drawn(record: TrackRecord, index: number, fate: Fate): DrawnTrack {
  const { trajectory, initialUv, startFrame, endFrame } = record
  const positions = trajectory?.positionsUv ?? (initialUv ? [initialUv] : [])
  const frames = trajectory?.frames ?? guessedFrames(positions.length, startFrame, endFrame)
  return {
    name: record.name ?? `track ${index + 1}`,
    fate,
    errorPx: record.reprojectionErrorPx ?? null,
    frames: frames.slice(0, positions.length),
    xs: positions.map(([x]) => x),
    ys: positions.map(([, y]) => 1 - y),
    record,
  }
}

/** Sources that sample a track without saying where: spread evenly from its first frame to its last. */
function guessedFrames(count: number, start: number | null | undefined, end: number | null | undefined): number[] {
  const from = start ?? 0
  const to = end ?? from + Math.max(0, count - 1)
  const step = count > 1 ? (to - from) / (count - 1) : 0
  return Array.from({ length: count }, (_, i) => from + i * step)
}

/** Where a track is at a frame, between its samples by straight lines; null before its start and after its end. */
export function placeAt({ frames, xs, ys }: DrawnTrack, frame: number): readonly [number, number] | null {
  const last = frames.length - 1
  if (last < 0 || frame < (frames[0] ?? 0) || frame > (frames[last] ?? 0)) return null
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((frames[middle] ?? 0) <= frame) low = middle
    else high = middle
  }
  const [a, b] = [frames[low] ?? 0, frames[high] ?? 0]
  const share = b > a ? (frame - a) / (b - a) : 0
  const mix = (list: readonly number[]) => (list[low] ?? 0) + ((list[high] ?? 0) - (list[low] ?? 0)) * share
  return [mix(xs), mix(ys)]
}

export const regionGrid: readonly (readonly Region[])[] = [
  ['top-left', 'top-center', 'top-right'],
  ['mid-left', 'center', 'mid-right'],
  ['bottom-left', 'bottom-center', 'bottom-right'],
]

export interface RegionRate {
  readonly total: number
  readonly solved: number
}

/** Tracks that were solved, by region: as recorded, or counted from the tracks where it was not. */
export function regionRates({ telemetry }: CameraSession): ReadonlyMap<Region, RegionRate> {
  const rates = new Map<Region, { total: number; solved: number }>()
  const recorded = telemetry?.regionStats
  for (const region of regionGrid.flat()) {
    const stats = recorded?.[region]
    const total = stats?.totalTracks
    if (total) rates.set(region, { total, solved: stats.successfulTracks ?? 0 })
  }
  if (rates.size > 0) return rates
  for (const { region, contributedToSolve } of telemetry?.tracks ?? []) {
    if (!region) continue
    const rate = rates.get(region) ?? { total: 0, solved: 0 }
    rate.total++
    if (contributedToSolve === true) rate.solved++
    rates.set(region, rate)
  }
  return rates
}

export interface FrameCounts {
  readonly frames: readonly number[]
  readonly active: readonly (number | null)[]
  readonly lost: readonly (number | null)[]
  /** Whether the recorder took these samples, or they were counted from where tracks begin and end. */
  readonly source: 'samples' | 'tracks'
}

export function frameCounts({ telemetry }: CameraSession, shot: Shot): FrameCounts | null {
  const samples = (telemetry?.frameSamples ?? []).filter(({ frame }) => typeof frame === 'number')
  if (samples.length > 1) {
    const sorted = samples.toSorted((a, b) => (a.frame ?? 0) - (b.frame ?? 0))
    return {
      frames: sorted.map(({ frame }) => frame ?? 0),
      active: sorted.map(({ activeTracks }) => activeTracks ?? null),
      lost: sorted.map(({ tracksLost }) => tracksLost ?? null),
      source: 'samples',
    }
  }
  const kept = shot.tracks.filter(({ frames }) => frames.length > 1)
  if (kept.length === 0) return null
  const length = shot.lastFrame - shot.firstFrame + 1
  const active = Array.from({ length }, () => 0)
  const lost = Array.from({ length }, () => 0)
  for (const { frames } of kept) {
    const [start, end] = [
      Math.round(frames[0] ?? 0) - shot.firstFrame,
      Math.round(frames.at(-1) ?? 0) - shot.firstFrame,
    ]
    for (let i = Math.max(0, start); i <= Math.min(length - 1, end); i++) active[i] = (active[i] ?? 0) + 1
    if (end + 1 < length) lost[end + 1] = (lost[end + 1] ?? 0) + 1
  }
  return { frames: active.map((_, i) => shot.firstFrame + i), active, lost, source: 'tracks' }
}
