/**
 * What is known of a shot at one moment of the solve: a value that stages take and give, never change. Any subset of its
 * frames can be handed to the adjustment and merged back.
 */
import type { Context } from '#core/context.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { cameraOf, pixelOfRay, type Camera } from '../geometry/projection.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { adjust } from './adjust.ts'
import type { Adjusted, AdjustOptions, Problem } from './problem.ts'
import type { ObservationTable, Shot } from './shot.ts'

export interface Reconstruction {
  readonly intrinsics: Intrinsics
  /** Per frame of the shot when the lens zooms. */
  readonly focalsPx: Float64Array | null
  /** Points are directions and cameras only turn. */
  readonly tripod: boolean
  /** Per frame; null where not solved. */
  readonly cameras: readonly (Rigid3 | null)[]
  /** 3 per track; NaN where the track has no point. */
  readonly points: Float64Array
  /** Per observation: 1 where it may pull, 0 where it was rejected. */
  readonly kept: Uint8Array
  /** Per track: 1 / variance relative to the others; null: all alike. */
  readonly weights: Float64Array | null
}

/** An empty reconstruction that keeps every observation. */
export function emptyReconstruction(shot: Shot, intrinsics: Intrinsics, tripod: boolean): Reconstruction {
  return {
    intrinsics,
    focalsPx: null,
    tripod,
    cameras: Array.from({ length: shot.frameCount }, () => null),
    points: new Float64Array(3 * shot.trackIds.length).fill(NaN),
    kept: new Uint8Array(shot.track.length).fill(1),
    weights: null,
  }
}

export type SolveContext = Pick<Context, 'signal' | 'progress'>

/** Which part is adjusted and what in it is free; the rest as in `AdjustOptions`. */
export interface PartOptions extends Partial<Omit<AdjustOptions, 'fixedCameras' | 'focalSmoothness'>> {
  /** Frames of the part; those without a camera are skipped. */
  readonly frames: readonly number[]
  /** Frames of the part that stay as they are; the first one when absent. */
  readonly fixedFrames?: readonly number[]
}

const DEFAULTS = {
  cameras: 'free',
  points: 'free',
  focal: 'fixed',
  radial: 0,
  principal: false,
  loss: { kind: 'cauchy', scalePx: 1 },
  maxIterations: 15,
  tolerance: 1e-4,
} as const satisfies Partial<AdjustOptions>

/** A hand on a zoom ring bends log focal by about this much in a frame, per frame. */
const FOCAL_BEND = 2e-3

const meanStep = (frames: readonly number[]) =>
  frames.length < 2 ? 1 : (frames.at(-1)! - frames[0]!) / (frames.length - 1)

export interface AdjustedPart {
  readonly reconstruction: Reconstruction
  readonly adjusted: Adjusted
  /** Those of the frames asked for that have a camera. */
  readonly frames: readonly number[]
}

/** Adjusts the cameras of some frames and the points they see; null when there is nothing to adjust. */
export async function adjustPart(
  shot: Shot,
  reconstruction: Reconstruction,
  options: PartOptions,
  ctx: SolveContext,
): Promise<AdjustedPart | null> {
  const part = partOf(shot, reconstruction, options)
  if (part === null) return null
  const adjusted = await adjust(part.problem, part.options, ctx)
  return { reconstruction: merge(reconstruction, part, adjusted.problem), adjusted, frames: part.frames }
}

/** What `adjust` is told of a part. */
export interface Part {
  readonly problem: Problem
  readonly options: AdjustOptions
  /** Frames and tracks of the problem's cameras and points. */
  readonly frames: readonly number[]
  readonly tracks: readonly number[]
}

/** The problem that a part of the shot poses; null when nothing in it can be adjusted. */
export function partOf(shot: Shot, reconstruction: Reconstruction, asked: PartOptions): Part | null {
  const columns = columnsOf(shot, reconstruction, asked)
  if (columns === null) return null
  const { frames: _, fixedFrames, ...given } = asked
  const fixed = new Set(fixedFrames ?? columns.frames.slice(0, 1))
  const turns = reconstruction.tripod && (given.cameras ?? 'free') === 'free'
  const loss = given.loss ?? DEFAULTS.loss
  const options: AdjustOptions = {
    ...DEFAULTS,
    ...given,
    ...(turns ? { cameras: 'rotation-only' } : {}),
    focalSmoothness: (loss.scalePx / (FOCAL_BEND * meanStep(columns.frames) ** 2)) ** 2,
    fixedCameras: columns.frames.flatMap((frame, i) => (fixed.has(frame) ? [i] : [])),
  }
  return { ...columns, options }
}

function columnsOf(shot: Shot, reconstruction: Reconstruction, options: PartOptions): Omit<Part, 'options'> | null {
  const { cameras, points, kept, weights } = reconstruction
  const frames = options.frames.filter((frame) => cameras[frame] != null)
  const cameraOf = new Int32Array(shot.frameCount).fill(-1)
  frames.forEach((frame, i) => {
    cameraOf[frame] = i
  })
  const fewest = options.points === 'fixed' ? 1 : 2
  const tracks: number[] = []
  const [camera, point, xy, weight]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    if (Number.isNaN(points[3 * t]!)) continue
    const before = camera.length
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      if (kept[i] === 0 || cameraOf[shot.frame[i]!]! < 0) continue
      camera.push(cameraOf[shot.frame[i]!]!)
      point.push(tracks.length)
      xy.push(shot.xy[2 * i]!, shot.xy[2 * i + 1]!)
      weight.push(weights?.[t] ?? 1)
    }
    if (camera.length - before >= fewest) tracks.push(t)
    else for (const column of [camera, point, weight]) column.length = before
    xy.length = 2 * camera.length
  }
  if (tracks.length === 0 || frames.length === 0) return null
  const partPoints = new Float64Array(3 * tracks.length)
  tracks.forEach((t, p) => partPoints.set(points.subarray(3 * t, 3 * t + 3), 3 * p))
  const { focalsPx } = reconstruction
  const problem: Problem = {
    intrinsics: bendable(reconstruction.intrinsics, options.radial ?? 0),
    cameras: frames.map((frame) => cameras[frame]!),
    focalsPx: focalsPx === null ? null : Float64Array.from(frames, (frame) => focalsPx[frame]!),
    points: partPoints,
    observations: {
      camera: Int32Array.from(camera),
      point: Int32Array.from(point),
      xy: Float64Array.from(xy),
      weight: weights === null ? null : Float64Array.from(weight),
    },
  }
  return { problem, frames, tracks }
}

/** A lens whose radial coefficients are to be found has to have some. */
const bendable = (intrinsics: Intrinsics, radial: number): Intrinsics =>
  radial > 0 && intrinsics.lens.model === 'none'
    ? { ...intrinsics, lens: { model: 'polynomial', k1: 0, k2: 0, k3: 0 } }
    : intrinsics

function merge(reconstruction: Reconstruction, part: Part, problem: Problem): Reconstruction {
  const cameras = [...reconstruction.cameras]
  part.frames.forEach((frame, i) => {
    cameras[frame] = problem.cameras[i]!
  })
  const points = reconstruction.points.slice()
  part.tracks.forEach((t, p) => points.set(problem.points.subarray(3 * p, 3 * p + 3), 3 * t))
  const focalsPx =
    problem.focalsPx === null ? reconstruction.focalsPx : mergeFocals(reconstruction, part, problem.focalsPx)
  return { ...reconstruction, intrinsics: problem.intrinsics, cameras, points, focalsPx }
}

/** Frames that are not solved keep their focal length relative to those that are. */
function mergeFocals(
  { focalsPx, cameras }: Reconstruction,
  { frames, problem }: Part,
  adjusted: Float64Array,
): Float64Array {
  const before = problem.focalsPx ?? adjusted.map(() => problem.intrinsics.focalPx)
  const change = Math.exp(adjusted.reduce((sum, focal, i) => sum + Math.log(focal / before[i]!), 0) / adjusted.length)
  const all = focalsPx?.slice() ?? new Float64Array(cameras.length).fill(problem.intrinsics.focalPx)
  cameras.forEach((camera, frame) => {
    if (camera === null) all[frame]! *= change
  })
  frames.forEach((frame, i) => {
    all[frame] = adjusted[i]!
  })
  return all
}

/** Frames that have a camera, ascending. */
export const solvedFrames = ({ cameras }: Reconstruction): number[] =>
  cameras.flatMap((camera, frame) => (camera === null ? [] : [frame]))

/** The inside of the camera in each frame: one for all, unless the lens zooms. */
export function camerasInside({ intrinsics, focalsPx }: Reconstruction): (frame: number) => Camera {
  const shared = cameraOf(intrinsics)
  if (focalsPx === null) return () => shared
  const inside = Array.from(focalsPx, (focalPx) => cameraOf({ ...intrinsics, focalPx }))
  return (frame) => inside[frame] ?? shared
}

/** Where a camera sees the point at `points[at]`; false, and nothing written, behind it or beyond the fold of its lens. */
export function pixelOfPoint(
  inside: Camera,
  { rotation: r, translation: t }: Rigid3,
  points: Float64Array,
  at: number,
  out: Float64Array,
): boolean {
  const x = points[at]!
  const y = points[at + 1]!
  const z = points[at + 2]!
  const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
  if (!(depth > 0)) return false
  const u = (r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth
  const v = (r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth
  return pixelOfRay(inside, u, v, out)
}

/**
 * Distance between each observation and its projected point, pixels: NaN where camera or point is not known, Infinity
 * where the point lies behind the camera or beyond the fold of the lens. `only`: these observations; all when absent.
 */
export function errorsPx(table: ObservationTable, reconstruction: Reconstruction, only?: Int32Array): Float64Array {
  const { cameras, points } = reconstruction
  const inside = camerasInside(reconstruction)
  const errors = new Float64Array(only?.length ?? table.track.length)
  const at = new Float64Array(2)
  for (let k = 0; k < errors.length; k++) {
    const i = only?.[k] ?? k
    const frame = table.frame[i]!
    const camera = cameras[frame] ?? null
    const p = 3 * table.track[i]!
    if (camera === null || Number.isNaN(points[p]!)) errors[k] = NaN
    else if (pixelOfPoint(inside(frame), camera, points, p, at)) {
      errors[k] = Math.hypot(at[0]! - table.xy[2 * i]!, at[1]! - table.xy[2 * i + 1]!)
    } else errors[k] = Infinity
  }
  return errors
}
