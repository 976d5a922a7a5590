/**
 * Settings that a fitted outcome promises more of than the grid has: the simplex of Nelder and Mead (1965) over the numbers
 * of a settings space, with the adaptive coefficients of Gao and Han (2012). Words are left as they are. What is found is a
 * proposal: it enters as a candidate like any other, and must earn its evidence.
 */
import type { Configuration } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { type Dimension, nearestLegal, type SettingsSpace } from '#core/settings-space.ts'

export interface Proposal {
  readonly settings: Configuration
  /** What the fitted outcome says of it. */
  readonly value: number
  readonly evaluations: number
}

type NumberDimension = Extract<Dimension, { readonly type: 'number' }>

interface Vertex {
  readonly at: readonly number[]
  readonly value: number
}

/**
 * Searches for the settings with the highest outcome, from the start and from random places.
 *
 * @param start legal settings; dimensions that it does not name are not searched
 * @param outcome of legal settings; need not be smooth
 * @returns null when there is nothing to search
 */
export function maximise(
  space: SettingsSpace,
  start: Configuration,
  outcome: (settings: Configuration) => number,
  { seed, evaluations = 400, restarts = 3 }: { seed: number; evaluations?: number; restarts?: number },
): Proposal | null {
  const axes = Object.entries(space).flatMap(([name, dimension]) =>
    dimension.type === 'number' && typeof start[name] === 'number' && dimension.max > dimension.min
      ? [{ name, dimension, from: start[name] }]
      : [],
  )
  if (axes.length === 0) return null
  const settingsAt = (at: readonly number[]): Configuration => ({
    ...start,
    ...Object.fromEntries(axes.map(({ name, dimension }, i) => [name, fromShare(dimension, at[i] ?? 0)])),
  })
  let best: Proposal = { settings: start, value: outcome(start), evaluations: 1 }
  let used = 1
  const ask = (at: readonly number[]): Vertex => {
    const settings = settingsAt(at)
    const value = outcome(settings)
    used++
    if (value > best.value) best = { settings, value, evaluations: used }
    return { at, value: Number.isNaN(value) ? -Infinity : value }
  }
  const rng = seededRng(seed)
  for (let run = 0; run <= restarts; run++) {
    const from = axes.map(({ dimension, from }) => (run === 0 ? toShare(dimension, from) : rng.next()))
    climb(from, ask, () => used < ((run + 1) * evaluations) / (restarts + 1))
  }
  return { ...best, evaluations: used }
}

/** From the unit cube, so that all dimensions are alike; logarithmic ones by their logarithm. */
function fromShare(dimension: NumberDimension, share: number): number {
  const { min, max, scale } = dimension
  const value = scale === 'log' ? min * (max / min) ** share : min + share * (max - min)
  return Number(nearestLegal(dimension, value))
}

function toShare({ min, max, scale }: NumberDimension, value: number): number {
  const share = scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
  return Math.min(1, Math.max(0, share))
}

const smallest = 1e-4

function climb(from: readonly number[], ask: (at: readonly number[]) => Vertex, more: () => boolean): void {
  const n = from.length
  const shifted = (i: number) => from.map((x, j) => (i === j ? (x > 0.5 ? x - 0.25 : x + 0.25) : x))
  let simplex = [ask(from), ...from.map((_, i) => ask(shifted(i)))]
  const [expand, contract, shrink] = [1 + 2 / n, 0.75 - 1 / (2 * n), n > 1 ? 1 - 1 / n : 0.5]
  while (more()) {
    simplex = simplex.toSorted((a, b) => b.value - a.value)
    const [top, last, next] = [simplex[0]!, simplex[n]!, simplex[n - 1]!]
    if (top.at.every((x, j) => simplex.every(({ at }) => Math.abs((at[j] ?? x) - x) < smallest))) return
    const centre = from.map((_, j) => simplex.slice(0, n).reduce((sum, { at }) => sum + (at[j] ?? 0), 0) / n)
    const along = (factor: number) =>
      ask(centre.map((c, j) => Math.min(1, Math.max(0, c + factor * (c - (last.at[j] ?? c))))))
    const reflected = along(1)
    let taken: Vertex | null = null
    if (reflected.value > top.value) {
      const further = along(expand)
      taken = further.value > reflected.value ? further : reflected
    } else if (reflected.value > next.value) taken = reflected
    else {
      const nearer = along(reflected.value > last.value ? contract : -contract)
      if (nearer.value > Math.max(last.value, reflected.value)) taken = nearer
    }
    simplex = taken
      ? [...simplex.slice(0, n), taken]
      : [
          top,
          ...simplex
            .slice(1)
            .map(({ at }) => ask(at.map((x, j) => (top.at[j] ?? x) + shrink * (x - (top.at[j] ?? x))))),
        ]
  }
}
