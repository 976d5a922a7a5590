/**
 * The clips of the replay: 30 frames each, all modes of the test footage from easy to hopeless, in rounds of fresh seeds. A
 * round draws each mode once, a little slower or faster, cleaner or noisier than the round before.
 *
 * Most of these are slow and well textured, so that their sub-class holds four of five. A second set has four kinds of footage
 * of which a class hangs or the default may be wrong: 60 frames a second, fast, bare in larger pictures, noisy in larger
 * pictures. They were laid down before any of them was run, nine clips of each.
 */
import { seededRng } from '#core/rng.ts'
import { type Footage, type FootageOptions, makeFootage } from '#test/footage/footage.ts'

const size = { widthPx: 320, heightPx: 180, frames: 30 } as const

const modes: Readonly<Record<string, FootageOptions>> = {
  walk: { speed: 1.2 },
  noise: { noise: 8, speed: 1.2 },
  fast: { speed: 4 },
  bare: { scene: 'bare', speed: 1.5 },
  movers: { movers: 4 },
  zoom: { focalPx: [0.75 * size.widthPx, 1.1 * size.widthPx] },
  blur: { shutter: 0.6, speed: 2.2 },
  street: { scene: 'street', motion: 'forward', speed: 1.5 },
  tripod: { motion: 'tripod', speed: 1.5 },
  grain: { scene: 'street', noise: 12, speed: 2 },
  barrel: { k1: -0.15, focalPx: 0.6 * size.widthPx, speed: 1.5 },
  forward: { motion: 'forward', speed: 0.8 },
  flicker: { flicker: 0.2 },
  posts: { posts: 3, speed: 1.5 },
  long: { scene: 'street', focalPx: 1.6 * size.widthPx },
  sweep: { motion: 'tripod', shutter: 0.3, speed: 5 },
}

/** The second set; at twice the width corners are as large as in the first. */
const larger = { widthPx: 640, heightPx: 360 } as const
const kinds: Readonly<Record<string, FootageOptions>> = {
  action60: { fps: 60, speed: 4, shutter: 0.3 },
  rush: { scene: 'street', speed: 10 },
  plain: { ...larger, scene: 'bare', speed: 1.5 },
  dim: { ...larger, noise: 12, speed: 2 },
}

export const modeNames = Object.keys(modes)
export const kindNames = Object.keys(kinds)

export interface ReplayClip {
  /** "noise-1": its mode and round. */
  readonly name: string
  readonly mode: string
  readonly round: number
  readonly seed: number
}

const firstSeed = 91_000

/** Each clip of the second set counts in one of so many rounds, as those of the first do. */
const kindRounds = 3

/** The second set, of each kind as many as of the others however early a run is cut short. */
export const kindClips = (count: number): readonly ReplayClip[] =>
  Array.from({ length: count }, (_, n) =>
    kindNames.map((mode, i) => ({
      name: `${mode}-${n}`,
      mode,
      round: n % kindRounds,
      seed: firstSeed + 10_000 + 100 * n + i,
    })),
  ).flat()

/** What can hardly be solved takes several times as long, and comes last of its rounds. */
const isDear = ({ mode }: ReplayClip): boolean => mode === 'bare' || mode === 'zoom'

/** Two clips of each mode come first, so that a run that is cut short still has what to learn from and what to try it on. */
export const replayClips = (rounds: number): readonly ReplayClip[] =>
  modeNames
    .flatMap((mode, i) =>
      Array.from({ length: rounds }, (_, round) => ({
        name: `${mode}-${round}`,
        mode,
        round,
        seed: firstSeed + 100 * round + i,
      })),
    )
    .toSorted((a, b) => Math.max(1, a.round) - Math.max(1, b.round) || Number(isDear(a)) - Number(isDear(b)))

export function drawReplayClip({ mode, seed }: ReplayClip): Footage {
  const options = modes[mode] ?? kinds[mode] ?? {}
  const rng = seededRng(`${seed}/strength`)
  const [quicker, stronger] = [Math.exp(0.7 * (rng.next() - 0.5)), Math.exp(0.7 * (rng.next() - 0.5))]
  const { speed = 1, noise = 0, flicker = 0 } = options
  return makeFootage({
    ...size,
    ...options,
    seed,
    speed: speed * quicker,
    noise: noise * stronger,
    flicker: flicker * stronger,
  })
}
