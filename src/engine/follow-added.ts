/** Points that a person put into a clip, followed both ways by our own tracker. */
import type { Context } from '#core/context.ts'
import type { AddedPoint } from '#domains/camera/edits/changes.ts'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import type { EngineRun, TrackStart } from '#domains/camera/engines/engine.ts'
import { openClip } from '#media/clip.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import { openKernel } from './kernel.ts'
import { programVersion } from './version.ts'

export interface FollowAdded {
  readonly settings: TrackerSettings
  readonly range: { readonly from: number; readonly to: number }
  /** Of the tracks that come of them. */
  readonly firstId: number
}

/**
 * @returns for each point its track; null where it could not be placed, at the border of the picture
 * @throws media.*, and the reason of the signal
 */
export async function followAdded(
  path: string,
  points: readonly AddedPoint[],
  { settings, range, firstId }: FollowAdded,
  ctx: Context,
): Promise<readonly (Track | null)[]> {
  const { kernel, close } = await openKernel(ctx)
  try {
    const source = await openClip(path, ctx)
    const engine = createEmbeddedEngine({ version: programVersion })
    const run = await engine.open({ path, source, kernel, masks: [] }, ctx)
    try {
      const placed = await follow(run, points, range, { settings, origin: 'user' }, ctx)
      const tracks = new Map((await run.tracks()).map((track) => [track.id, track]))
      return placed.map((id, i) => {
        const track = id === null ? undefined : tracks.get(id)
        return track === undefined ? null : { ...track, id: firstId + i }
      })
    } finally {
      await run.close()
      await source.close()
    }
  } finally {
    await close()
  }
}

/** @returns the engine's ids, in the order of the points */
async function follow(
  run: EngineRun,
  points: readonly AddedPoint[],
  range: FollowAdded['range'],
  start: TrackStart,
  { signal, progress }: Context,
): Promise<readonly (number | null)[]> {
  const ids: (number | null)[] = points.map(() => null)
  const frames = points.map(({ frame }) => Math.min(range.to, Math.max(range.from, frame)))
  const [first, last] = [Math.min(...frames), Math.max(...frames)]
  const place = async (frame: number) => {
    for (const [i, { x, y }] of points.entries()) {
      if (frames[i] !== frame) continue
      const [id = null] = await run.add(frame, [x, y], start)
      ids[i] = id
    }
  }
  const total = range.to - first + last - range.from
  let done = 0
  const said = () => progress({ done: ++done, total, unit: 'frames', note: 'following new points' })
  await place(first)
  for await (const { frame, alive } of run.follow({ from: first, to: range.to }, signal)) {
    said()
    await place(frame)
    if (alive === 0 && frame >= last) break
  }
  await run.stop(null, 'range-end')
  for await (const { frame, alive } of run.follow({ from: last, to: range.from }, signal)) {
    said()
    if (alive === 0 && frame <= first) break
  }
  return ids
}
