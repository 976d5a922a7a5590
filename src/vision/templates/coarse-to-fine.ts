/**
 * All places of a region are scored on block means of picture and template, and the best of them again on smaller blocks, down
 * to single pixels, where the score is exact. A place that is good only there, in a crowd of better looking ones, is missed.
 */
import { type Peak, peaksOf } from './peaks.ts'
import { blockMeans, type Channel, checkPicture, type Picture, type Plane, planeOf } from './picture.ts'
import type { Ground, Places, ScoreKernel, Stamp } from './scores.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Grey levels below which a spread is noise: such windows fit nothing. */
export const leastSpread = 1
/** How many times more or less contrast than the template a window may have. */
const mostContrast = 6
/** Candidates that are scored again at each finer step, of all sizes together. */
const survivors = [2000, 400] as const
/** What a candidate may score on block means below the threshold, since text falls on other blocks at other places. */
const coarseSlack = 0.45

/** Planes are made when they are first needed. */
export class PreparedScreen {
  readonly widthPx: number
  readonly heightPx: number
  readonly #kernel: ScoreKernel
  readonly #picture: Picture
  readonly #planes = new Map<string, Plane>()
  readonly #grounds = new Map<string, Ground>()

  constructor(kernel: ScoreKernel, picture: Picture) {
    checkPicture(picture)
    this.#kernel = kernel
    this.#picture = picture
    this.widthPx = picture.widthPx
    this.heightPx = picture.heightPx
  }

  ground(channel: Channel, blocks: Blocks): Ground {
    return kept(this.#grounds, keyOf(channel, blocks), () => this.#kernel.ground(this.#plane(channel, blocks)))
  }

  /** Block means are made of those of half the blocks. */
  #plane(channel: Channel, blocks: Blocks): Plane {
    const { fx, fy } = blocks
    return kept(this.#planes, keyOf(channel, blocks), () =>
      fx * fy === 1
        ? planeOf(this.#picture, channel)
        : blockMeans(this.#plane(channel, halved(blocks)), Math.min(fx, 2), Math.min(fy, 2)),
    )
  }

  release(): void {
    for (const ground of this.#grounds.values()) ground.release()
    this.#grounds.clear()
    this.#planes.clear()
  }
}

/** Pixels of a block, across and down: powers of two. */
interface Blocks {
  readonly fx: number
  readonly fy: number
}

const halved = ({ fx, fy }: Blocks): Blocks => ({ fx: Math.max(1, fx / 2), fy: Math.max(1, fy / 2) })
const keyOf = (channel: Channel, { fx, fy }: Blocks) => `${channel} ${fx} ${fy}`

function kept<T>(made: Map<string, T>, key: string, make: () => T): T {
  const known = made.get(key)
  if (known !== undefined) return known
  const fresh = make()
  made.set(key, fresh)
  return fresh
}

/** The template at one size. */
export interface Sized {
  readonly scale: number
  readonly width: number
  readonly height: number
  readonly planes: ReadonlyMap<Channel, Plane>
  readonly mask: Plane | null
}

export interface Candidate extends Peak {
  readonly sized: Sized
}

export class Search {
  readonly #kernel: ScoreKernel
  readonly #screen: PreparedScreen
  readonly #region: Box
  readonly #lead: Channel
  readonly #threshold: number

  constructor(kernel: ScoreKernel, screen: PreparedScreen, region: Box, lead: Channel, threshold: number) {
    this.#kernel = kernel
    this.#screen = screen
    this.#region = region
    this.#lead = lead
    this.#threshold = threshold
  }

  /** The places that were scored exactly, best first; several lie beside each other. */
  run(sizes: readonly Sized[], channels: readonly Channel[]): readonly Candidate[] {
    const steps = stepsFor(sizes)
    const last = steps.length - 1
    let candidates = sizes.flatMap((sized) => this.#everywhere(sized, steps[0]!, last === 0 ? channels : [this.#lead]))
    for (const [i, blocks] of steps.entries()) {
      if (i === 0) continue
      const most = survivors[Math.min(i, survivors.length) - 1]!
      const best = candidates.sort((a, b) => b.score - a.score).slice(0, most)
      const before = steps[i - 1]!
      const bySize = Map.groupBy(best, ({ sized }) => sized)
      candidates = [...bySize].flatMap(([sized, group]) =>
        this.#nearby(sized, group, before, blocks, i === last ? channels : [this.#lead]),
      )
    }
    return candidates.sort((a, b) => b.score - a.score)
  }

  /** Scores all places in the region. */
  #everywhere(sized: Sized, blocks: Blocks, channels: readonly Channel[]): Candidate[] {
    const { fx, fy } = blocks
    return this.#with(sized, blocks, channels, (scoresAt, stamp) => {
      const [x, y] = [Math.floor(this.#region.x / fx), Math.floor(this.#region.y / fy)]
      const nx = Math.floor((this.#region.x + this.#region.width) / fx) - x - stamp.width + 1
      const ny = Math.floor((this.#region.y + this.#region.height) / fy) - y - stamp.height + 1
      if (nx < 1 || ny < 1) return []
      const floor = fx * fy === 1 ? -1 : Math.max(0.1, this.#threshold - coarseSlack)
      return peaksOf(scoresAt({ x, y, nx, ny }), nx, ny, floor, survivors[0]).map((peak) => ({
        x: x + peak.x,
        y: y + peak.y,
        score: peak.score,
        sized,
      }))
    })
  }

  /** Scores candidates again, and what is around them, on smaller blocks. */
  #nearby(
    sized: Sized,
    candidates: readonly Candidate[],
    before: Blocks,
    blocks: Blocks,
    channels: readonly Channel[],
  ): Candidate[] {
    return this.#with(sized, blocks, channels, (scoresAt, stamp) => {
      const area = this.#region
      const [left, top] = [Math.floor(area.x / blocks.fx), Math.floor(area.y / blocks.fy)]
      const right = Math.floor((area.x + area.width) / blocks.fx) - stamp.width
      const bottom = Math.floor((area.y + area.height) / blocks.fy) - stamp.height
      const found = new Map<number, Candidate>()
      for (const candidate of candidates) {
        const [x0, x1] = spanOf(candidate.x, before.fx / blocks.fx, left, right)
        const [y0, y1] = spanOf(candidate.y, before.fy / blocks.fy, top, bottom)
        const [nx, ny] = [x1 - x0 + 1, y1 - y0 + 1]
        if (nx < 1 || ny < 1) continue
        const scores = scoresAt({ x: x0, y: y0, nx, ny })
        let most = 0
        for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[most]!) most = i
        const [x, y] = [x0 + (most % nx), y0 + Math.floor(most / nx)]
        found.set(y * this.#screen.widthPx + x, { x, y, score: scores[most]!, sized })
      }
      return [...found.values()]
    })
  }

  /** Makes the template ready for these blocks, gives the function that scores places, and lets go of it. */
  #with(
    sized: Sized,
    blocks: Blocks,
    channels: readonly Channel[],
    use: (scoresAt: (places: Places) => Float32Array, stamp: Stamp) => Candidate[],
  ): Candidate[] {
    const { fx, fy } = blocks
    const small = sized.mask && blockMeans(sized.mask, fx, fy)
    const mask = small && Uint8Array.from(small.values, (value) => (value < 0.5 ? 0 : 1))
    const pairs = channels.map((channel) => ({
      ground: this.#screen.ground(channel, blocks),
      stamp: this.#kernel.stamp(blockMeans(sized.planes.get(channel)!, fx, fy), mask),
    }))
    try {
      const energy = pairs.reduce((sum, { stamp }) => sum + stamp.energy, 0)
      const spread = fx * fy === 1 ? leastSpread : leastSpread / 16
      const least = pairs[0]!.stamp.count * pairs.length * spread ** 2
      const scoresAt = (places: Places) => {
        const total = {
          numerators: new Float32Array(places.nx * places.ny),
          energies: new Float32Array(places.nx * places.ny),
        }
        for (const { ground, stamp } of pairs) {
          const { numerators, energies } = this.#kernel.sums(ground, stamp, places)
          for (let i = 0; i < numerators.length; i++) {
            total.numerators[i]! += numerators[i]!
            total.energies[i]! += energies[i]!
          }
        }
        return scoresFrom(total.numerators, total.energies, energy, least)
      }
      return use(scoresAt, pairs[0]!.stamp)
    } finally {
      for (const { stamp } of pairs) stamp.release()
    }
  }
}

/** Scores in the place of numerators. */
function scoresFrom(numerators: Float32Array, energies: Float32Array, energy: number, least: number): Float32Array {
  const [low, high] = [Math.max(least, energy / mostContrast ** 2), energy * mostContrast ** 2]
  for (let i = 0; i < numerators.length; i++) {
    const e = energies[i]!
    numerators[i] = e < low || e > high ? 0 : Math.min(1, numerators[i]! / Math.sqrt(e * energy))
  }
  return numerators
}

/** Places at the finer step that a place may stand for. */
function spanOf(at: number, ratio: number, least: number, most: number): readonly [number, number] {
  return [Math.max(least, Math.floor((at - 1) * ratio)), Math.min(most, Math.ceil((at + 1) * ratio))]
}

/** From the coarsest blocks on which the smallest size still has some 10 x 10 to single pixels, halving each time. */
function stepsFor(sizes: readonly Sized[]): readonly Blocks[] {
  const [width, height] = [Math.min(...sizes.map((s) => s.width)), Math.min(...sizes.map((s) => s.height))]
  const steps: Blocks[] = [{ fx: blockFor(width), fy: blockFor(height) }]
  for (let last = steps[0]!; last.fx * last.fy > 1; steps.push(last)) last = halved(last)
  return steps
}

const blockFor = (side: number): number => (side >= 160 ? 8 : side >= 56 ? 4 : side >= 20 ? 2 : 1)
