/** What each frame of a clip holds: how many tracks, how many that carry the solve, and how well its camera fits. */
import type { EditedTracks } from './changes.ts'
import type { Solve } from './track-data.ts'

export interface FrameFigures {
  readonly from: number
  /** For each frame from `from` on: tracks with a marker in it. */
  readonly alive: Uint16Array
  /** Those of them with a point. */
  readonly solved: Uint16Array
  /** Of the frame's camera, pixels; NaN where there is none. */
  readonly errorPx: Float32Array
  readonly most: number
}

export function frameFigures(
  from: number,
  to: number,
  { tracks, deleted, disabled }: Pick<EditedTracks, 'tracks' | 'deleted' | 'disabled'>,
  solve: Solve | null,
): FrameFigures {
  const length = Math.max(1, to - from + 1)
  const alive = new Uint16Array(length)
  const solved = new Uint16Array(length)
  for (const track of tracks) {
    if (deleted.has(track.id) || disabled.has(track.id)) continue
    for (const frame of track.frames) {
      const at = frame - from
      if (at < 0 || at >= length) continue
      alive[at] = (alive[at] as number) + 1
      if (track.fate === 'solved') solved[at] = (solved[at] as number) + 1
    }
  }
  const errorPx = new Float32Array(length).fill(Number.NaN)
  for (const shot of solve?.shots ?? []) {
    if (!shot.solved) continue
    for (const camera of shot.cameras) errorPx[camera.frame - from] = camera.errorPx
  }
  return { from, alive, solved, errorPx, most: Math.max(1, ...alive) }
}
