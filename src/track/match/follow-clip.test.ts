import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import type { Truth } from '#test/footage/truth.ts'
import type { Progress } from '#core/context.ts'
import type { FrameSource } from '#vision/frames.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import type { Track } from '../tracks.ts'
import { type FollowedClip, followClip, type FollowOptions } from './follow-clip.ts'

const kernel = await createWasmKernel()

function run(
  source: FrameSource,
  options: FollowOptions = {},
  signal = new AbortController().signal,
  seen: Progress[] = [],
): Promise<FollowedClip> {
  return followClip(
    source,
    kernel,
    { count: 60, ...options },
    { signal, progress: (progress) => void seen.push(progress) },
  )
}

/** Where a camera that only turns sees, in one frame, what it saw at a pixel of another. */
function turned(truth: Truth, from: number, to: number, x: number, y: number): readonly [number, number] {
  const [a, b] = [truth.frames[from]!, truth.frames[to]!]
  const [cx, cy] = [truth.width / 2, truth.height / 2]
  const ray = [(x - cx) / a.focal_px, -(y - cy) / a.focal_px, -1]
  const inWorld = [0, 1, 2].map((i) => ray.reduce((sum, r, j) => sum + a.cam_to_world[i]![j]! * r, 0))
  const [u, v, w] = [0, 1, 2].map((j) => inWorld.reduce((sum, r, i) => sum + b.cam_to_world[i]![j]! * r, 0))
  return [cx - (b.focal_px * u!) / w!, cy + (b.focal_px * v!) / w!]
}

/** Root mean square distance of a track from where its first marker is truly seen. */
function errorOf(truth: Truth, { startFrame, frames, xy }: Track): number {
  const start = frames.indexOf(startFrame)
  let sum = 0
  frames.forEach((frame, k) => {
    const [x, y] = turned(truth, startFrame, frame, xy[2 * start]!, xy[2 * start + 1]!)
    sum += (xy[2 * k]! - x) ** 2 + (xy[2 * k + 1]! - y) ** 2
  })
  return Math.sqrt(sum / frames.length)
}

test('a turning camera: tracks lie where the truth has them, new ones come in, both ways are followed', async () => {
  const clip = makeFootage({ seed: 3, motion: 'tripod', frames: 8, widthPx: 240, heightPx: 135, speed: 2 })
  const seen: Progress[] = []
  const followed = await run(clip, {}, undefined, seen)
  const long = followed.tracks.filter(({ frames }) => frames.length >= 4)
  const errors = long.map((track) => errorOf(clip.truth, track)).sort((a, b) => a - b)
  assert.ok(long.length >= 40, `${long.length} tracks`)
  assert.ok(errors[errors.length >> 1]! < 0.1, `median ${errors[errors.length >> 1]} px`)
  assert.ok(errors[Math.floor(0.95 * errors.length)]! < 0.5, `p95 ${errors[Math.floor(0.95 * errors.length)]} px`)
  assert.deepEqual([followed.frames, followed.cuts.length, seen.at(-1)?.total], [8, 0, seen.at(-1)?.done])
  for (const track of followed.tracks) {
    assert.ok(track.begin !== null && track.end !== null)
    assert.equal(track.begin.frame, track.frames[0])
    assert.equal(track.end.frame, track.frames.at(-1))
  }
})

test('no track crosses a cut, whichever way it was followed', async () => {
  const clip = makeFootage({ seed: 5, frames: 6, cutAt: 3, widthPx: 240, heightPx: 135 })
  const { cuts, tracks } = await run(clip)
  assert.deepEqual(cuts, [3])
  assert.ok(tracks.length > 60)
  for (const { frames } of tracks) assert.ok(frames[0]! >= 3 || frames.at(-1)! < 3)
  const reasons = new Set(tracks.flatMap(({ begin, end }) => [begin?.reason, end?.reason]))
  assert.ok(reasons.has('scene-cut'))
})

test('a part of a clip, steered from step to step', async () => {
  const clip = makeFootage({ seed: 2, frames: 9, widthPx: 240, heightPx: 135 })
  const { tracks, changes, settings } = await run(clip, {
    range: { from: 2, to: 6 },
    settings: { patternSize: 17 },
    onStep: (tracker, { frame }) => {
      if (frame === 4) tracker.change({ correlation: 0.9 }, { cause: 'halfway' })
    },
  })
  assert.equal(settings.patternSize, 17)
  assert.deepEqual(
    changes.map(({ frame, after, cause }) => [frame, after.correlation, cause]),
    [[4, 0.9, 'halfway']],
  )
  for (const { frames } of tracks) assert.ok(frames[0]! >= 2 && frames.at(-1)! <= 6)
})

test('the same clip gives the same tracks', async () => {
  const clip = makeFootage({ seed: 9, frames: 4, widthPx: 160, heightPx: 90 })
  assert.deepEqual(await run(clip), await run(clip))
})

test('one frame, no texture, and a mask over all of it', async () => {
  const one = await run(makeFootage({ frames: 1, widthPx: 160, heightPx: 90 }))
  assert.ok(
    one.tracks.length > 10 && one.tracks.every(({ frames, end }) => frames.length === 1 && end?.reason === 'range-end'),
  )
  const clip = makeFootage({ frames: 4, widthPx: 160, heightPx: 90 })
  const black: FrameSource = {
    ...clip,
    async *frames(range) {
      for await (const frame of clip.frames(range)) yield { ...frame, luma: new Uint8Array(frame.luma.length) }
    },
  }
  const nothing = await run(black)
  assert.deepEqual([nothing.tracks.length, nothing.cuts.length, nothing.frames], [0, 0, 4])
  assert.equal(nothing.detections[0]!.regions[0]!.why, 'no-texture')
  const masked = await run(clip, { masks: [{ kind: 'exclude', polygon: [0, 0, 160, 0, 160, 90, 0, 90] }] })
  assert.equal(masked.tracks.length, 0)
  assert.equal(masked.detections[0]!.regions[0]!.why, 'masked')
})

test('options out of their range are named', async () => {
  const clip = makeFootage({ frames: 2, widthPx: 160, heightPx: 90 })
  const wrong: readonly FollowOptions[] = [
    { count: Number.NaN },
    { threshold: -0.1 },
    { minDistancePx: 0 },
    { marginPx: Number.POSITIVE_INFINITY },
    { settings: { searchSize: 11 } },
  ]
  for (const options of wrong) {
    await assert.rejects(run(clip, options), {
      code: 'settings.invalid',
      where: Object.keys(options.settings ?? options)[0],
    })
  }
})

test('pictures smaller than a pattern have no tracks and no trouble', async () => {
  const tiny = await run(makeFootage({ frames: 3, widthPx: 12, heightPx: 9 }))
  assert.deepEqual([tiny.tracks.length, tiny.frames], [0, 3])
})

test('a cancelled run stops with the reason it was given', async () => {
  const clip = makeFootage({ frames: 8, widthPx: 160, heightPx: 90 })
  const controller = new AbortController()
  const reason = new Error('enough')
  const running = run(clip, { onStep: (_, { frame }) => frame === 3 && controller.abort(reason) }, controller.signal)
  await assert.rejects(running, reason)
})
