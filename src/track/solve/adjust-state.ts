/** The unknowns of an adjustment as flat arrays, one step of them, and the way back to a `Problem`. */
import type { Intrinsics, Lens } from '../geometry/intrinsics.ts'
import { multiply3 } from '../geometry/linear.ts'
import { type Camera, cameraOf } from '../geometry/projection.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { expSo3, projectToSo3 } from '../geometry/so3.ts'
import type { Layout } from './adjust-layout.ts'
import type { AdjustOptions, Problem } from './problem.ts'

export interface State {
  /** 9 and 3 for each camera. */
  readonly rotations: Float64Array
  readonly translations: Float64Array
  readonly focals: Float64Array
  /** k1, k2, k3, principal x and y. */
  readonly inside: Float64Array
  readonly points: Float64Array
  /** Ready for projecting, one for each camera; the same one for all where focal lengths are equal. */
  readonly cameras: Camera[]
}

const columns = { focal: 0, principal: 4 }

export function stateOf(problem: Problem, options: AdjustOptions): State {
  const { cameras } = problem
  const intrinsics = workingIntrinsics(problem, options)
  const still = options.cameras === 'rotation-only'
  const state: State = {
    rotations: new Float64Array(9 * cameras.length),
    translations: new Float64Array(3 * cameras.length),
    focals: problem.focalsPx?.slice() ?? new Float64Array(cameras.length).fill(intrinsics.focalPx),
    inside: Float64Array.of(...radialOf(intrinsics.lens), intrinsics.principalXPx, intrinsics.principalYPx),
    points: problem.points.slice(),
    cameras: [],
  }
  cameras.forEach(({ rotation, translation }, i) => {
    state.rotations.set(rotation, 9 * i)
    if (!still) state.translations.set(translation, 3 * i)
  })
  if (still) for (let at = 0; at < state.points.length; at += 3) normalise(state.points, at)
  fitCameras(state, intrinsics)
  return state
}

export const copyOf = (state: State): State => ({
  rotations: state.rotations.slice(),
  translations: state.translations.slice(),
  focals: state.focals.slice(),
  inside: state.inside.slice(),
  points: state.points.slice(),
  cameras: [...state.cameras],
})

const turn = new Float64Array(9)
const turned = new Float64Array(9)

/** Writes to `to` the state that a step leads to: `step` as laid out, `pointStep` 3 for each point. */
export function takeStep(
  from: State,
  to: State,
  layout: Layout,
  intrinsics: Intrinsics,
  step: Float64Array,
  pointStep: Float64Array,
): void {
  const { block, blockSize, blocks, poseSize, shared, pointsFree, held } = layout
  const border = blocks * blockSize
  const sharedFocal = shared[0] === columns.focal ? Math.exp(step[border]!) : 1
  for (let camera = 0; camera < block.length; camera++) {
    const at = block[camera]! * blockSize
    const moves = at >= 0 && poseSize > 0 && held[camera] === 0
    moveCamera(from, to, camera, moves ? step.subarray(at, at + poseSize) : still)
    to.focals[camera] =
      from.focals[camera]! * (at >= 0 && blockSize > poseSize ? Math.exp(step[at + poseSize]!) : sharedFocal)
  }
  to.inside.set(from.inside)
  shared.forEach((column, i) => {
    if (column !== columns.focal) to.inside[column - 1]! += step[border + i]!
  })
  if (pointsFree) {
    for (let i = 0; i < to.points.length; i++) to.points[i] = from.points[i]! + pointStep[i]!
    if (poseSize === 3) for (let at = 0; at < to.points.length; at += 3) normalise(to.points, at)
  }
  fitCameras(to, intrinsics)
}

const still = new Float64Array(0)

/** The camera turns about its own lens, so that turning and moving are independent however far off the origin is. */
function moveCamera(from: State, to: State, camera: number, step: Float64Array): void {
  const r = 9 * camera
  const t = 3 * camera
  if (step.length === 0) {
    for (let i = 0; i < 9; i++) to.rotations[r + i] = from.rotations[r + i]!
    for (let i = 0; i < 3; i++) to.translations[t + i] = from.translations[t + i]!
    return
  }
  expSo3(step[0]!, step[1]!, step[2]!, turn)
  multiply3(turn, from.rotations.subarray(r, r + 9), turned)
  to.rotations.set(turned, r)
  const x = from.translations[t]!
  const y = from.translations[t + 1]!
  const z = from.translations[t + 2]!
  for (let i = 0; i < 3; i++) {
    to.translations[t + i] = turn[3 * i]! * x + turn[3 * i + 1]! * y + turn[3 * i + 2]! * z + (step[3 + i] ?? 0)
  }
}

/** Makes the vector at `points[at]` one of length 1. */
export function normalise(points: Float64Array, at: number): void {
  const length = Math.hypot(points[at]!, points[at + 1]!, points[at + 2]!)
  for (let i = at; i < at + 3; i++) points[i]! /= length
}

function fitCameras({ focals, inside, cameras }: State, intrinsics: Intrinsics): void {
  const lens = withRadial(intrinsics.lens, inside)
  const principalXPx = inside[3]!
  const principalYPx = inside[4]!
  for (let i = 0; i < focals.length; i++) {
    const same = i > 0 && focals[i] === focals[i - 1]
    cameras[i] = same
      ? cameras[i - 1]!
      : cameraOf({ ...intrinsics, focalPx: focals[i]!, principalXPx, principalYPx, lens })
  }
}

function radialOf(lens: Lens): [number, number, number] {
  return lens.model === 'polynomial' ? [lens.k1, lens.k2, lens.k3] : [0, 0, 0]
}

function withRadial(lens: Lens, inside: Float64Array): Lens {
  return lens.model === 'polynomial' ? { ...lens, k1: inside[0]!, k2: inside[1]!, k3: inside[2]! } : lens
}

/**
 * The inside of the camera as it is worked with: a lens without distortion is a polynomial once its coefficients are
 * free.
 */
export function workingIntrinsics({ intrinsics }: Problem, { radial }: AdjustOptions): Intrinsics {
  if (radial === 0 || intrinsics.lens.model !== 'none') return intrinsics
  return { ...intrinsics, lens: { model: 'polynomial', k1: 0, k2: 0, k3: 0 } }
}

/** The adjusted problem. Of zooming cameras `intrinsics.focalPx` is the mean. */
export function problemOf(state: State, problem: Problem, layout: Layout, options: AdjustOptions): Problem {
  const { rotations, translations, focals, inside, points } = state
  const zooms = problem.focalsPx !== null || options.focal === 'per-camera'
  const mean = focals.reduce((sum, focal) => sum + focal, 0) / focals.length
  const cameras = problem.cameras.map((camera, i): Rigid3 => {
    if (layout.poseSize === 0 || layout.held[i] === 1) return camera
    // Products of many small turns drift from being rotations by rounding.
    const rotation = projectToSo3(rotations.slice(9 * i, 9 * i + 9))
    return { rotation, translation: translations.slice(3 * i, 3 * i + 3) }
  })
  return {
    intrinsics: {
      ...problem.intrinsics,
      focalPx: zooms ? mean : (focals[0] ?? problem.intrinsics.focalPx),
      principalXPx: inside[3]!,
      principalYPx: inside[4]!,
      lens: withRadial(workingIntrinsics(problem, options).lens, inside),
    },
    cameras,
    focalsPx: zooms ? focals.slice() : null,
    points: points.slice(),
    observations: problem.observations,
  }
}
