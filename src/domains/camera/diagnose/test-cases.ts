/** Clips that fail for a known reason, and healthy ones, through the real tracker and solver: for tests and the bench. */
import { seededRng } from '#core/rng.ts'
import { makeFootage, type FootageOptions } from '#test/footage/footage.ts'
import { followClip, followPlan, type FollowOptions } from '#track/match/follow-clip.ts'
import { oneAfterTheOther, spansOf, tracksWithin } from '#track/track-clip.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { probe } from '../probe/run-probe.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { DiagnosisInput } from './input.ts'

export interface Case {
  readonly name: string
  /** What is wrong with it; null: nothing. */
  readonly pattern: Diagnosis['pattern'] | null
  source(seed: number): FrameSource
  readonly follow?: FollowOptions
  readonly solve?: Partial<SolveOptions>
  /** As an engine without an eye for cuts would give it. */
  readonly blindToCuts?: boolean
}

const size = { widthPx: 320, heightPx: 180, frames: 24, samples: 2 }
const footage = (options: FootageOptions) => (seed: number) => makeFootage({ ...size, ...options, seed })

/** Footage whose pictures are changed on their way out. */
const changed =
  (options: FootageOptions, change: (frame: LumaFrame, seed: number) => Uint8Array) =>
  (seed: number): FrameSource => {
    const clip = makeFootage({ ...size, ...options, seed })
    return {
      ...clip,
      async *frames(range) {
        for await (const frame of clip.frames(range)) yield { ...frame, luma: change(frame, seed) }
      },
    }
  }

/** Hardly any light, and the noise of a sensor at its limit. */
function faint({ luma, index }: LumaFrame, seed: number): Uint8Array {
  const rng = seededRng(`${seed}/faint/${index}`)
  return (luma as Uint8Array).map((value) => 20 + value / 20 + 6 * (rng.next() + rng.next() - 1))
}

/** A caption that fills the lower half: the picture moves under it. */
function captioned({ luma, widthPx, heightPx }: LumaFrame, seed: number): Uint8Array {
  const out = new Uint8Array(luma)
  const rng = seededRng(`${seed}/caption`)
  const [cell, top] = [9, Math.round(0.45 * heightPx)]
  const ink = Array.from({ length: 4000 }, () => rng.next())
  for (let y = top; y < heightPx - 6; y++) {
    for (let x = 8; x < widthPx - 8; x++) {
      const glyph = ink[Math.floor(y / cell) * 64 + Math.floor(x / cell)]!
      if (glyph < 0.35) out[y * widthPx + x] = 235
      else if (glyph < 0.5) out[y * widthPx + x] = 16
    }
  }
  return out
}

/** Things that each go their own way, over two thirds of the picture. */
function crowded({ luma, widthPx, heightPx, index }: LumaFrame, seed: number): Uint8Array {
  const out = new Uint8Array(luma)
  const rng = seededRng(`${seed}/crowd`)
  for (let n = 0; n < 26; n++) {
    const side = 34
    const [x0, y0] = [rng.next() * (widthPx - side), rng.next() * (heightPx - side)]
    const [vx, vy] = [3 * (rng.next() - 0.5), 2 * (rng.next() - 0.5)]
    const ink = Array.from({ length: 64 }, () => 40 + 180 * rng.next())
    const [left, top] = [x0 + vx * index, y0 + vy * index]
    for (let y = Math.max(0, Math.ceil(top)); y < Math.min(heightPx, top + side); y++) {
      for (let x = Math.max(0, Math.ceil(left)); x < Math.min(widthPx, left + side); x++) {
        // Between the cells of its pattern it is smooth, so that it can be followed to a fraction of a pixel.
        const [u, v] = [((x - left) / side) * 7, ((y - top) / side) * 7]
        const [i, j] = [Math.min(6, Math.floor(u)), Math.min(6, Math.floor(v))]
        const row = (at: number) => ink[8 * at + i]! * (1 - u + i) + ink[8 * at + i + 1]! * (u - i)
        out[y * widthPx + x] = row(j) * (1 - v + j) + row(j + 1) * (v - j)
      }
    }
  }
  return out
}

const smeared: FootageOptions = { shutter: 1, samples: 16, frames: 14, noise: 2 }
/** Asks for outstanding corners only. */
const picky: FollowOptions = { threshold: 0.2 }
/** As one would who trusts the lens to be straight, knows its focal length and stood still: nothing else can take up the bend. */
const heldStraight = (focalPx: number): Partial<SolveOptions> => ({
  lens: { model: 'none' },
  motion: 'tripod',
  focal: 'fixed',
  focalPx,
})

export const cases: readonly Case[] = [
  { name: 'walk', pattern: null, source: footage({}) },
  { name: 'street', pattern: null, source: footage({ scene: 'street', motion: 'forward' }) },
  { name: 'tripod', pattern: null, source: footage({ motion: 'tripod' }) },
  { name: 'noisy walk', pattern: null, source: footage({ noise: 4 }) },
  { name: 'blurred', pattern: 'motion-blur', source: footage({ ...smeared, speed: 28 }) },
  { name: 'blurred turn', pattern: 'motion-blur', source: footage({ ...smeared, speed: 9, motion: 'tripod' }) },
  { name: 'fast turn', pattern: 'rapid-motion', source: footage({ motion: 'tripod', speed: 16, frames: 16 }) },
  {
    name: 'quick walk, small windows',
    pattern: 'rapid-motion',
    source: footage({ speed: 14, frames: 16 }),
    follow: { settings: { searchSize: 17, patternSize: 13 } },
  },
  { name: 'faint', pattern: 'low-contrast', source: changed({}, faint) },
  { name: 'faint street', pattern: 'low-contrast', source: changed({ scene: 'street', motion: 'forward' }, faint) },
  {
    name: 'bent turn, lens held straight',
    pattern: 'edge-distortion',
    source: footage({ k1: -0.15, focalPx: 260, motion: 'tripod', speed: 2 }),
    solve: heldStraight(260),
  },
  {
    name: 'cushioned turn, lens held straight',
    pattern: 'edge-distortion',
    source: footage({ k1: 0.2, focalPx: 260, motion: 'tripod', scene: 'street', speed: 2 }),
    solve: heldStraight(260),
  },
  { name: 'cut', pattern: 'scene-cut', source: footage({ cutAt: 12 }), blindToCuts: true },
  { name: 'bare', pattern: 'insufficient-features', source: footage({ scene: 'bare' }), follow: picky },
  {
    name: 'bare turn',
    pattern: 'insufficient-features',
    source: footage({ scene: 'bare', motion: 'tripod' }),
    follow: picky,
  },
  { name: 'crowd', pattern: 'non-rigid-motion', source: changed({ frames: 16 }, crowded) },
  { name: 'crowd, turning', pattern: 'non-rigid-motion', source: changed({ frames: 16, motion: 'tripod' }, crowded) },
  { name: 'caption', pattern: 'non-rigid-motion', source: changed({ motion: 'tripod' }, captioned) },
  { name: 'caption on a walk', pattern: 'non-rigid-motion', source: changed({ speed: 2 }, captioned) },
]

const focal = 0.8 * size.widthPx

/** Probes, follows and solves a case, as the pipeline would. */
export async function attemptAt(
  { source, follow = {}, solve = {}, blindToCuts = false }: Case,
  seed: number,
  kernel: Kernel,
): Promise<{ readonly source: FrameSource; readonly input: Omit<DiagnosisInput, 'pictures'> }> {
  const clip = source(seed)
  const { info } = clip
  const range = { from: 0, to: info.frameCount - 1 }
  const ctx = { signal: new AbortController().signal, progress: () => undefined }
  const followed = await followClip(clip, kernel, follow, ctx)
  const plan = followPlan(info.widthPx, follow)
  const cuts = blindToCuts ? [] : followed.cuts
  const spans = spansOf(range, cuts)
  const options: SolveOptions = {
    widthPx: info.widthPx,
    heightPx: info.heightPx,
    pixelAspect: 1,
    focal: 'refine',
    focalPx: 1.2 * focal,
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    principal: 'centre',
    heldOutShare: 0.05,
    seed,
    ...solve,
  }
  const tasks = spans.map((span) => ({ tracks: tracksWithin(followed.tracks, span), options }))
  const results = await oneAfterTheOther(tasks, ctx)
  return {
    source: clip,
    input: {
      info,
      range,
      tracks: followed.tracks,
      cuts,
      detections: followed.detections,
      shots: spans.map((span, i) => ({ ...span, result: results[i]! })),
      tracker: followed.settings,
      count: plan.count,
      probe: await probe(clip, kernel, { range, masks: [] }, ctx),
    },
  }
}
