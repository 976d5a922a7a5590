/**
 * How tracks live and end, frame by frame, for the model that tells when they will fail. Of each frame only what shows at it:
 * where the track is, how it has moved, and how the others move. A track's life goes from where it was placed to its last
 * frame before a gap; one that was still followed when the range or the shot ended was merely no longer watched.
 */
import type { EndReason, Track } from '#track/tracks.ts'

/** The picture that positions are of. */
interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

export interface Life {
  /** Frames that it was seen for. */
  readonly frames: number
  readonly failed: boolean
  /** In the order of {@link signalNames}, one number a frame; NaN: not known. */
  readonly signals: readonly Float64Array[]
}

export const signalNames = ['distance to the border', 'speed', 'speed of all', 'departs from all'] as const

/** Of a track, x and y for each frame from the one in which it was placed. */
export interface Path {
  readonly startFrame: number
  readonly xy: ArrayLike<number>
}

/** It left the picture, or was not found again: either way it is gone. */
const failures: ReadonlySet<EndReason> = new Set(['left-frame', 'low-correlation', 'drift', 'occluded'])

/** Of the tracks of one run, each from where it was placed forwards. Those that a person brought are left out. */
export function trackLives(tracks: readonly Track[], size: Size): readonly Life[] {
  const watched = tracks.filter(({ origin }) => origin === 'detected' || origin === 'replenished')
  const paths = watched.map(pathOf)
  const all = motionOfAll(paths)
  return watched.flatMap((track, i): Life[] => {
    const path = paths[i]!
    const frames = path.xy.length / 2
    if (frames === 0 || track.end === null) return []
    const last = path.startFrame + frames - 1
    // Where it goes on after a gap it was lost there, and found again by looking at what came later.
    const failed = track.frames.at(-1)! > last || failures.has(track.end.reason)
    return [{ frames, failed, signals: signalsOf(path, all, size) }]
  })
}

function pathOf({ startFrame, frames, xy }: Track): Path {
  const first = frames.indexOf(startFrame)
  let count = 0
  while (first >= 0 && frames[first + count] === startFrame + count) count++
  return { startFrame, xy: xy.slice(2 * Math.max(0, first), 2 * (Math.max(0, first) + count)) }
}

/** By frame: the middle step of all tracks that came from the frame before, pixels. */
export type MotionOfAll = ReadonlyMap<number, readonly [number, number]>

export function motionOfAll(paths: readonly Path[]): MotionOfAll {
  const steps = new Map<number, { readonly x: number[]; readonly y: number[] }>()
  for (const { startFrame, xy } of paths) {
    for (let i = 1; i < xy.length / 2; i++) {
      const at = steps.get(startFrame + i) ?? { x: [], y: [] }
      at.x.push(xy[2 * i]! - xy[2 * i - 2]!)
      at.y.push(xy[2 * i + 1]! - xy[2 * i - 1]!)
      steps.set(startFrame + i, at)
    }
  }
  return new Map([...steps].map(([frame, { x, y }]) => [frame, [middle(x), middle(y)] as const]))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

/** Lengths in shares of the picture's width. */
export function signalsOf({ startFrame, xy }: Path, all: MotionOfAll, { widthPx, heightPx }: Size): Float64Array[] {
  const frames = xy.length / 2
  const [border, speed, crowd, departs] = Array.from({ length: 4 }, () => new Float64Array(frames).fill(Number.NaN))
  for (let i = 0; i < frames; i++) {
    const [x, y] = [xy[2 * i]!, xy[2 * i + 1]!]
    border![i] = Math.min(x, y, widthPx - x, heightPx - y) / widthPx
    if (i === 0) continue
    const [dx, dy] = [x - xy[2 * i - 2]!, y - xy[2 * i - 1]!]
    const [ax, ay] = all.get(startFrame + i) ?? [Number.NaN, Number.NaN]
    speed![i] = Math.hypot(dx, dy) / widthPx
    crowd![i] = Math.hypot(ax, ay) / widthPx
    departs![i] = Math.hypot(dx - ax, dy - ay) / widthPx
  }
  return [border!, speed!, crowd!, departs!]
}
