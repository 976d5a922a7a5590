/**
 * Growth from a seed: frame by frame outwards, each resected from where its neighbours' motion leads, its new points placed,
 * and what has been added adjusted now and then. In video the neighbour is always near, so a robust fit from there is both
 * faster and surer than sampling; sampling is the second try.
 */
import { seededRng } from '#core/rng.ts'
import { robustPose } from '../estimate/resect.ts'
import { raysOf } from '../geometry/projection.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { placePoints } from './place-points.ts'
import { cauchy, type Freedom } from './freedom.ts'
import {
  adjustPart,
  camerasInside,
  errorsPx,
  solvedFrames,
  type Reconstruction,
  type SolveContext,
} from './reconstruction.ts'
import { reject } from './reject.ts'
import { noisePx } from './score.ts'
import { interpolate } from './seed.ts'
import { observationsIn, positionsOf, type Shot } from './shot.ts'

export interface GrowOptions {
  /** Frames to be solved, ascending. */
  readonly frames: readonly number[]
  readonly freedom: Freedom
  /** What counts as one pixel of a picture 960 wide. */
  readonly pxUnit: number
}

/** Up to this many solved frames all are adjusted together; beyond, only the newest until the end. */
const ALL_TOGETHER = 24
const WINDOW = 12
/** Adjusted again when this many frames have come. */
const EVERY = 3
const FEWEST_POINTS = 6
/** A resected frame must agree with this share of its points. */
const AGREEING_SHARE = 0.4

/** Solves as many of the frames as can be solved. */
export async function grow(
  shot: Shot,
  seed: Reconstruction,
  { frames, freedom, pxUnit }: GrowOptions,
  ctx: SolveContext,
): Promise<Reconstruction> {
  let current = seed
  const failed = new Set<number>()
  const newest: number[] = []
  let added = 0
  for (;;) {
    if (ctx.signal.aborted) return current
    const frame = nextFrame(shot, current, frames, failed)
    if (frame === null) break
    const resected = await resect(shot, current, frame, pxUnit, ctx)
    if (resected === null) {
      failed.add(frame)
      continue
    }
    current = placePoints(shot, resected, { leastParallaxPx: 6 * pxUnit, gatePx: 4 * pxUnit })
    newest.push(frame)
    added++
    if (added % EVERY === 0) {
      const solved = solvedFrames(current)
      current = await settle(
        shot,
        current,
        solved,
        solved.length <= ALL_TOGETHER ? solved : windowOf(solved, frame),
        freedom,
        pxUnit,
        ctx,
      )
      // A frame that failed may succeed now that there are more points.
      failed.clear()
    }
  }
  const solved = solvedFrames(current)
  return settle(shot, current, solved, solved, freedom, pxUnit, ctx)
}

/** Adjusts a window of frames; the intrinsics only when the window is all there is. */
async function settle(
  shot: Shot,
  current: Reconstruction,
  solved: readonly number[],
  window: readonly number[],
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction> {
  const all = window.length === solved.length
  // As tight as the shot allows: what moves on its own would bend a loose fit, and the focal length with it.
  const noise = Math.min(0.5 * pxUnit, Math.max(0.15 * pxUnit, noisePx(shot, current, window)))
  const fixedFrames = all ? window.slice(0, 1) : [window[0]!, window.at(-1)!]
  const part = await adjustPart(
    shot,
    current,
    { frames: window, fixedFrames, ...(all ? freedom : {}), loss: cauchy(3 * noise) },
    ctx,
  )
  if (part === null) return current
  const { reconstruction } = reject(shot, part.reconstruction, 15 * noise)
  return placePoints(shot, reconstruction, { leastParallaxPx: 6 * pxUnit, gatePx: 10 * noise })
}

function windowOf(solved: readonly number[], frame: number): number[] {
  const at = solved.indexOf(frame)
  const from = Math.max(0, Math.min(at - (WINDOW >> 1), solved.length - WINDOW))
  return solved.slice(from, from + WINDOW)
}

/** The unsolved frame beside a solved one that sees most points. */
function nextFrame(shot: Shot, current: Reconstruction, frames: readonly number[], failed: Set<number>): number | null {
  let [best, most] = [null as number | null, FEWEST_POINTS - 1]
  frames.forEach((frame, k) => {
    if (current.cameras[frame] != null || failed.has(frame)) return
    const beside = [frames[k - 1], frames[k + 1]].some((other) => other !== undefined && current.cameras[other] != null)
    const seen = pointsSeen(shot, current, frame) * (beside ? 2 : 1)
    if (seen > most) [best, most] = [frame, seen]
  })
  return best
}

function pointsSeen(shot: Shot, { points }: Reconstruction, frame: number): number {
  return observationsIn(shot, frame).filter((i) => !Number.isNaN(points[3 * shot.track[i]!]!)).length
}

/** Finds the pose of one frame from the points it sees; null when too few agree with any. */
async function resect(
  shot: Shot,
  current: Reconstruction,
  frame: number,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  for (const start of startingPoses(shot, current, frame, pxUnit)) {
    const cameras = [...current.cameras]
    cameras[frame] = start
    let tried: Reconstruction = { ...current, cameras }
    for (const scale of [10, 2]) {
      const options = {
        frames: [frame],
        fixedFrames: [],
        points: 'fixed',
        loss: cauchy(scale * pxUnit),
        maxIterations: 20,
        tolerance: 1e-3,
      } as const
      tried = (await adjustPart(shot, tried, options, ctx))?.reconstruction ?? tried
    }
    if (agrees(shot, tried, frame, 5 * pxUnit)) return tried
  }
  return null
}

function agrees(shot: Shot, tried: Reconstruction, frame: number, gatePx: number): boolean {
  const errors = errorsPx(shot, tried, observationsIn(shot, frame)).filter((e) => !Number.isNaN(e))
  const near = errors.filter((e) => e <= gatePx).length
  return near >= FEWEST_POINTS && near >= AGREEING_SHARE * errors.length
}

/** The pose that most points agree with, from samples of three; nothing where no pose is clearly better than chance. */
function* sampledPose(shot: Shot, current: Reconstruction, frame: number, pxUnit: number): Generator<Rigid3> {
  const inside = camerasInside(current)(frame)
  const seen = observationsIn(shot, frame).filter((i) => !Number.isNaN(current.points[3 * shot.track[i]!]!))
  const points = new Float64Array(3 * seen.length)
  seen.forEach((i, k) => {
    points.set(current.points.subarray(3 * shot.track[i]!, 3 * shot.track[i]! + 3), 3 * k)
  })
  const threshold = (3 * pxUnit) / inside.focalXPx
  const fit = robustPose(raysOf(inside, positionsOf(shot, seen)), points, {
    threshold,
    rng: seededRng(`resect ${frame}`),
    maxSamples: 500,
  })
  if (fit !== null) yield fit.model
}

/** Where the two nearest solved frames lead, between or beyond them; the nearest pose itself; what sampling finds. */
function* startingPoses(shot: Shot, current: Reconstruction, frame: number, pxUnit: number): Generator<Rigid3> {
  const solved = solvedFrames(current).sort((a, b) => Math.abs(a - frame) - Math.abs(b - frame) || a - b)
  const [first, second] = solved
  if (first === undefined) return
  const nearest = current.cameras[first]!
  if (second !== undefined) {
    yield interpolate(nearest, current.cameras[second]!, (frame - first) / (second - first))
  }
  yield nearest
  yield* sampledPose(shot, current, frame, pxUnit)
}
