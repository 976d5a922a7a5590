/**
 * Clips that are drawn for the score: all modes of the test footage, and those that must fail. From fixed seeds that nothing
 * was tuned on; what is drawn already stays.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { seededRng } from '#core/rng.ts'
import { type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import type { Truth } from '#test/footage/truth.ts'
import { type Drawn, writeClip } from '../tracking/write-clip.ts'

type Size = Required<Pick<FootageOptions, 'widthPx' | 'heightPx' | 'frames'>>

const usual: Size = { widthPx: 640, heightPx: 360, frames: 40 }
/** Of the clips that verdicts are tried on. */
const size = { widthPx: 480, heightPx: 270, frames: 24 }

/** One mode each; the focal lengths are those of lenses from 18 to 58 mm on a full frame. */
const modes = ({ widthPx, frames }: Size): Readonly<Record<string, FootageOptions>> => ({
  walk: {},
  street: { scene: 'street', motion: 'forward' },
  'street-walk': { scene: 'street', speed: 1.5 },
  forward: { motion: 'forward', speed: 0.8 },
  tripod: { motion: 'tripod' },
  'street-tripod': { motion: 'tripod', scene: 'street', speed: 1.6 },
  zoom: { focalPx: [0.75 * widthPx, 1.15 * widthPx] },
  'zoom-tripod': { motion: 'tripod', focalPx: [1.1 * widthPx, 0.7 * widthPx] },
  cut: { cutAt: Math.floor(0.48 * frames) },
  noise: { noise: 6 },
  flicker: { flicker: 0.15 },
  barrel: { k1: -0.12, focalPx: 0.6 * widthPx },
  cushion: { k1: 0.08, k2: 0.02, focalPx: 0.7 * widthPx, scene: 'street' },
  blur: { shutter: 0.5, speed: 2 },
  fast: { speed: 3.5, frames: Math.round(0.6 * frames) },
  movers: { movers: 3 },
  posts: { posts: 3 },
  bare: { scene: 'bare' },
  wide: { focalPx: 0.5 * widthPx },
  long: { focalPx: 1.6 * widthPx, scene: 'street', speed: 1.5 },
  sd60: { fps: 60, speed: 0.5, frames: Math.round(1.5 * frames) },
})

/** What no tracker can make a right camera of, and that says nothing of its focal length or depth. */
const hopeless: Readonly<Record<string, (seed: number) => Drawn>> = {
  black: (seed) => painted(seed, () => 16),
  'no-texture': (seed) => painted(seed, (rng) => 120 + 2 * rng()),
  noise: (seed) => painted(seed, (rng) => 40 + 160 * rng()),
  still: (seed) => makeFootage({ ...size, seed, motion: 'still' }),
  'still-noisy': (seed) => makeFootage({ ...size, seed, motion: 'still', scene: 'street', noise: 4 }),
  smeared: (seed) => makeFootage({ ...size, seed, frames: 16, shutter: 1, samples: 16, speed: 20, noise: 2 }),
  'smeared-turn': (seed) =>
    makeFootage({ ...size, seed, frames: 16, shutter: 1, samples: 16, speed: 14, motion: 'tripod' }),
  crowd: (seed) => crowded(makeFootage({ ...size, seed }), seed),
  'crowd-turn': (seed) => crowded(makeFootage({ ...size, seed, motion: 'tripod' }), seed),
  pieces: (seed) => joined([0, 1, 2, 3, 4].map((i) => makeFootage({ ...size, frames: 5, seed: seed + 7 * i }))),
  'street-pieces': (seed) =>
    joined([0, 1, 2, 3].map((i) => makeFootage({ ...size, frames: 5, scene: 'street', seed: seed + 7 * i }))),
  short: (seed) => makeFootage({ ...size, frames: 3, seed }),
}

export interface DrawnClip {
  readonly name: string
  readonly path: string
}

const seeds = { solve: 88_100, verdict: 88_500, hopeless: 88_900 } as const

/** A clip of each mode. */
export const drawnToSolve = (folder: string) => drawAll(folder, 'drawn', usual, seeds.solve)

/** A third that must fail, and twice as many that need not; none is in the other set. */
export async function drawnToJudge(folder: string): Promise<readonly DrawnClip[]> {
  const failing: DrawnClip[] = []
  for (const [i, [name, draw]] of Object.entries(hopeless).entries()) {
    failing.push({
      name: `hopeless-${name}`,
      path: await drawn(folder, `hopeless-${name}`, () => draw(seeds.hopeless + i)),
    })
  }
  const healthy = await drawAll(folder, 'healthy', size, seeds.verdict)
  const more = await drawAll(folder, 'healthy', size, seeds.verdict + 50, ['walk', 'tripod', 'posts'])
  return [...failing, ...healthy, ...more]
}

/** @param only null: all modes */
async function drawAll(
  folder: string,
  kind: string,
  of: Size,
  first: number,
  only: readonly string[] | null = null,
): Promise<readonly DrawnClip[]> {
  const clips: DrawnClip[] = []
  for (const [i, [mode, options]] of Object.entries(modes(of)).entries()) {
    if (only !== null && !only.includes(mode)) continue
    const seed = first + i
    const name = `${kind}-${mode}-${seed}`
    clips.push({ name, path: await drawn(folder, name, () => makeFootage({ ...of, ...options, seed })) })
  }
  return clips
}

async function drawn(folder: string, name: string, draw: () => Drawn): Promise<string> {
  const path = join(folder, `${name}.mp4`)
  if (!existsSync(path) || !existsSync(path.replace(/mp4$/, 'truth.json'))) {
    await writeClip(draw(), folder, name, { preset: 'medium', crf: 16 })
  }
  return path
}

/** Pictures of grey values that have nothing to do with the camera that the truth has. */
function painted(seed: number, grey: (rng: () => number) => number): Drawn {
  const { truth } = makeFootage({ ...size, frames: 24, seed })
  return {
    truth,
    picture: (index) => {
      const rng = seededRng(`${seed}/painted/${index}`)
      return greys(Uint8Array.from({ length: size.widthPx * size.heightPx }, () => grey(() => rng.next())))
    },
  }
}

const greys = (luma: Uint8Array): Uint8Array => {
  const out = new Uint8Array(3 * luma.length)
  luma.forEach((value, i) => out.fill(value, 3 * i, 3 * i + 3))
  return out
}

/** Patterned squares that each go their own way, until hardly anything is seen of what stands. */
function crowded(clip: Drawn, seed: number): Drawn {
  const rng = seededRng(`${seed}/crowd`)
  const { widthPx, heightPx } = size
  const squares = Array.from({ length: 150 }, () => ({
    side: 48 + 40 * rng.next(),
    at: [rng.next() * (widthPx - 40), rng.next() * (heightPx - 40)] as const,
    by: [6 * (rng.next() - 0.5), 4 * (rng.next() - 0.5)] as const,
    ink: Array.from({ length: 64 }, () => 40 + 180 * rng.next()),
  }))
  const paint = (index: number): Uint8Array => {
    const out = clip.picture(index)
    for (const { side, at, by, ink } of squares) {
      const [left, top] = [at[0] + by[0] * index, at[1] + by[1] * index]
      for (let y = Math.max(0, Math.ceil(top)); y < Math.min(heightPx, top + side); y++)
        for (let x = Math.max(0, Math.ceil(left)); x < Math.min(widthPx, left + side); x++)
          out.fill(
            between(ink, (7 * (x - left)) / side, (7 * (y - top)) / side),
            3 * (y * widthPx + x),
            3 * (y * widthPx + x) + 3,
          )
    }
    return out
  }
  return { truth: clip.truth, picture: paint }
}

/** Of an 8 x 8 pattern, smooth between its cells. */
function between(ink: readonly number[], u: number, v: number): number {
  const [i, j] = [Math.min(6, Math.floor(u)), Math.min(6, Math.floor(v))]
  const row = (at: number) => (ink[8 * at + i] ?? 0) * (1 - u + i) + (ink[8 * at + i + 1] ?? 0) * (u - i)
  return row(j) * (1 - v + j) + row(j + 1) * (v - j)
}

/** Clips one after the other, with a cut between any two. */
function joined(parts: readonly Drawn[]): Drawn {
  const starts: number[] = []
  let frames = 0
  for (const { truth } of parts) {
    starts.push(frames)
    frames += truth.frame_count
  }
  const [first] = parts
  if (first === undefined) throw new RangeError('expected parts to join, found none')
  const truth: Truth = {
    ...first.truth,
    frame_count: frames,
    cut_frame: starts[1] ?? null,
    segments: parts.map((part, i) => ({ first: starts[i]!, last: starts[i]! + part.truth.frame_count - 1 })),
    path_length_m: parts.reduce((sum, part) => sum + part.truth.path_length_m, 0),
    frames: parts.flatMap((part, i) =>
      part.truth.frames.map((frame) => ({ ...frame, frame: frame.frame + starts[i]! })),
    ),
    points: [],
    movers: [],
  }
  const picture = (index: number) => {
    const i = starts.findLastIndex((start) => start <= index)
    return parts[i]!.picture(index - starts[i]!)
  }
  return { truth, picture }
}
