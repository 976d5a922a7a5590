/**
 * What an adjustment knows besides observations: that a zoom is smooth, and that nothing but the gauge fixes the scale.
 */
import type { Layout } from './adjust-layout.ts'
import type { State } from './adjust-state.ts'
import type { AdjustOptions } from './problem.ts'
import type { Skyline } from './sparse-skyline.ts'

/** The sums that priors are added to: of the cameras' equations before damping. */
export interface CameraSums {
  readonly matrix: Skyline
  /** -Jᵀr. */
  readonly gradient: Float64Array
  /** Of JᵀJ. */
  readonly diagonal: Float64Array
}

export interface Priors {
  /** Weight of the second difference of the log focal length; 0: none. */
  readonly smoothness: number
  /** Pairs of cameras that a prior ties together. */
  readonly links: readonly (readonly [number, number])[]
}

export function priorsOf(cameraCount: number, { focal, focalSmoothness }: AdjustOptions): Priors {
  if (focal !== 'per-camera' || focalSmoothness === 0) return { smoothness: 0, links: [] }
  const links = Array.from({ length: Math.max(0, cameraCount - 2) }, (_, i) => [i, i + 2] as const)
  return {
    smoothness: focalSmoothness,
    links: [...links, ...links.map(([from, to]) => [from + 1, to] as const), [0, 1]],
  }
}

/** Twice their cost. */
export function priorCost({ focals }: State, { smoothness }: Priors): number {
  let sum = 0
  for (let i = 1; smoothness > 0 && i + 1 < focals.length; i++) sum += smoothness * bend(focals, i) ** 2
  return sum
}

const bend = (focals: Float64Array, i: number) => Math.log((focals[i - 1]! * focals[i + 1]!) / focals[i]! ** 2)

const bendBy = [1, -2, 1]

/** Adds the priors to the equations. Returns twice their cost. */
export function addPriors(equations: CameraSums, layout: Layout, state: State, priors: Priors): number {
  holdScale(equations, layout, state)
  const { matrix, gradient, diagonal } = equations
  const { block, blockSize } = layout
  const column = (camera: number) => (block[camera]! + 1) * blockSize - 1
  for (let i = 1; priors.smoothness > 0 && i + 1 < block.length; i++) {
    const residual = bend(state.focals, i)
    for (let a = 0; a < 3; a++) {
      const row = column(i - 1 + a)
      gradient[row]! -= priors.smoothness * bendBy[a]! * residual
      diagonal[row]! += priors.smoothness * bendBy[a]! ** 2
      for (let b = 0; b < 3; b++) {
        const other = column(i - 1 + b)
        if (other <= row) matrix.values[matrix.offset[row]! + other]! += priors.smoothness * bendBy[a]! * bendBy[b]!
      }
    }
  }
  return priorCost(state, priors)
}

/**
 * With one camera held, the scale is open. A spring without tension between it and one other camera leaves every cost
 * as it was and the equations with one solution: along the line from the one to the other, in the other's own axes,
 * there is no step. To `out` the direction, of length 1; false where no spring is needed.
 */
export function springAlong(
  { scaleCamera, held }: Layout,
  { rotations, translations }: State,
  out: Float64Array,
): boolean {
  if (scaleCamera === null) return false
  const from = held.indexOf(1)
  let square = 0
  for (let i = 0; i < 3; i++) {
    // Where the held camera is in the coordinates of the other.
    let along = translations[3 * scaleCamera + i]!
    for (let j = 0; j < 3; j++) {
      let centre = 0
      for (let k = 0; k < 3; k++) centre += rotations[9 * from + 3 * k + j]! * translations[3 * from + k]!
      along -= rotations[9 * scaleCamera + 3 * i + j]! * centre
    }
    out[i] = along
    square += along * along
  }
  for (let i = 0; i < 3; i++) out[i]! /= Math.sqrt(square)
  return square > 0
}

const along = new Float64Array(3)

function holdScale({ matrix, diagonal }: CameraSums, layout: Layout, state: State): void {
  if (layout.scaleCamera === null || !springAlong(layout, state, along)) return
  const column = layout.block[layout.scaleCamera]! * layout.blockSize + 3
  const stiff = diagonal[column]! + diagonal[column + 1]! + diagonal[column + 2]!
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b <= a; b++)
      matrix.values[matrix.offset[column + a]! + column + b]! += stiff * along[a]! * along[b]!
  }
}
