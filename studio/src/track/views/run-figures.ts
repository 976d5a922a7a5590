/** Figures of a run that the graphs draw: by frame, by track, by region. Unknown is null. */
import { project } from '#track/geometry/projection.ts'
import { regionGrid, type Region } from '../../session/camera/track-model.ts'
import { markerAt, type ClipSize, type ClipTrack, type ClipTracks, type Solve } from '../track-data.ts'

/** How far a track's markers lie from where the camera sees its point: the frames that have both, and the distances. */
export function residualsOf(
  track: ClipTrack,
  solve: Solve | null,
): { readonly frames: number[]; readonly errorPx: number[] } {
  const frames: number[] = []
  const errorPx: number[] = []
  for (const shot of solve?.shots ?? []) {
    if (!shot.solved) continue
    const point = shot.points.find((one) => one.track === track.id)
    if (!point) continue
    for (const { frame, focalPx, camFromWorld } of shot.cameras) {
      const at = markerAt(track, frame)
      const pixel = at < 0 ? null : project({ ...shot.intrinsics, focalPx }, camFromWorld, point.xyz)
      if (!pixel) continue
      frames.push(frame)
      errorPx.push(Math.hypot(pixel[0] - (track.xy[2 * at] as number), pixel[1] - (track.xy[2 * at + 1] as number)))
    }
  }
  return { frames, errorPx }
}

/** Solved tracks, the worst first. */
export function worstFirst(tracks: readonly ClipTrack[]): readonly (ClipTrack & { readonly errorPx: number })[] {
  const solved = tracks.filter((track): track is ClipTrack & { errorPx: number } => track.errorPx !== null)
  return solved.toSorted((a, b) => b.errorPx - a.errorPx || a.id - b.id)
}

/** The value below which a share of the values lies; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}

export type TrackOrder = 'start' | 'length' | 'error'

/** Tracks in the order of a sheet; those without an error come last by error. */
export function ordered(tracks: readonly ClipTrack[], by: TrackOrder): readonly ClipTrack[] {
  const first = ({ frames }: ClipTrack) => frames[0] ?? 0
  const key: (track: ClipTrack) => number =
    by === 'start' ? first : by === 'length' ? ({ frames }) => -frames.length : ({ errorPx }) => -(errorPx ?? -1)
  return tracks.toSorted((a, b) => key(a) - key(b) || first(a) - first(b) || a.id - b.id)
}

/** Runs of frames without a gap: first and last frame of each. */
export function spansOf(frames: Int32Array): readonly (readonly [from: number, to: number])[] {
  const spans: [number, number][] = []
  for (const frame of frames) {
    const last = spans.at(-1)
    if (last && frame === last[1] + 1) last[1] = frame
    else spans.push([frame, frame])
  }
  return spans
}

export interface RegionFigures {
  readonly region: Region
  readonly tracks: number
  readonly solved: number
  /** Mean over its solved tracks; null without any. */
  readonly errorPx: number | null
}

/** From the top left, line by line. */
export const regionNames: readonly Region[] = regionGrid.flat()

/** Thirds of the picture, from the top left; a point on the border of the picture belongs to the nearest region. */
export function regionIndexAt(
  x: number,
  y: number,
  { widthPx, heightPx }: Pick<ClipSize, 'widthPx' | 'heightPx'>,
): number {
  const third = (share: number) => Math.min(2, Math.max(0, Math.floor(3 * share)))
  return 3 * third(y / heightPx) + third(x / widthPx)
}

/** The nine regions from the top left, each with the tracks whose mean position lies there. */
export function regionFigures(tracks: readonly ClipTrack[], clip: ClipSize): readonly RegionFigures[] {
  const sums = regionNames.map(() => ({ tracks: 0, solved: 0, error: 0 }))
  for (const track of tracks) {
    const sum = sums[regionOf(track, clip)]
    if (!sum) continue
    sum.tracks++
    if (track.errorPx === null) continue
    sum.solved++
    sum.error += track.errorPx
  }
  return sums.map((sum, i) => ({
    region: regionNames[i] as Region,
    tracks: sum.tracks,
    solved: sum.solved,
    errorPx: sum.solved > 0 ? sum.error / sum.solved : null,
  }))
}

/** Of the mean position, as in recorded sessions; -1 without one. */
export function regionOf({ xy }: ClipTrack, clip: ClipSize): number {
  const count = xy.length / 2
  if (count === 0) return -1
  let [x, y] = [0, 0]
  for (let i = 0; i < xy.length; i += 2) {
    x += (xy[i] as number) / count
    y += (xy[i + 1] as number) / count
  }
  return regionIndexAt(x, y, clip)
}

/** Markers in each region (rows, from the top left) at each frame that was looked at. */
export function coverage({ tracks, frames: { from, to }, clip }: ClipTracks): Uint16Array {
  const count = to - from + 1
  const cells = new Uint16Array(regionNames.length * count)
  for (const { frames, xy } of tracks) {
    for (let i = 0; i < frames.length; i++) {
      const frame = (frames[i] as number) - from
      if (!(frame >= 0 && frame < count)) continue
      const cell = regionIndexAt(xy[2 * i] as number, xy[2 * i + 1] as number, clip) * count + frame
      cells[cell] = (cells[cell] as number) + 1
    }
  }
  return cells
}
