/**
 * The seed of a reconstruction: a stretch of frames whose outer two show parallax and share most of their tracks, solved
 * from their essential matrix under one hypothesis of focal length and lens, which adjustment then improves.
 */
import { seededRng } from '#core/rng.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { robustRelativePose } from '../estimate/two-view.ts'
import { raysOf } from '../geometry/projection.ts'
import { centreOf, identity3, rigidFromCentre, type Rigid3 } from '../geometry/rigid3.ts'
import { slerp } from '../geometry/so3.ts'
import { adjustFully, cauchy, type Freedom } from './freedom.ts'
import { placePoints } from './place-points.ts'
import {
  adjustPart,
  camerasInside,
  emptyReconstruction,
  errorsPx,
  type Reconstruction,
  type SolveContext,
} from './reconstruction.ts'
import { reject } from './reject.ts'
import { noisePx } from './score.ts'
import { median, positionsOf, sharedTracks, type Shot } from './shot.ts'

/** Frames between which a reconstruction may begin. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly sharedTracks: number
  /** Middle distance between tracks and what a mere turn of the camera would explain. */
  readonly parallaxPx: number
}

const FEWEST_SHARED = 16
/** The outer frames keep this share of each other's tracks. */
const SHARED_SHARE = 0.35
/** Parallax beyond this share of the picture's width adds nothing. */
const ENOUGH_PARALLAX = 0.06

/** Stretches worth a try, best first: many shared tracks, much parallax. */
export async function findStretches(
  shot: Shot,
  intrinsics: Intrinsics,
  keyframes: readonly number[],
  ctx: SolveContext,
): Promise<Stretch[]> {
  const found: Stretch[] = []
  for (const [from, to] of candidatePairs(shot, keyframes, [1, 0.7, 0.4])) {
    const parallaxPx = await parallaxBeyondTurn(shot, intrinsics, from, to, ctx)
    found.push({ from, to, sharedTracks: sharedTracks(shot, from, to).count, parallaxPx })
  }
  const worth = ({ sharedTracks: shared, parallaxPx }: Stretch) =>
    shared * Math.min(parallaxPx, ENOUGH_PARALLAX * intrinsics.widthPx)
  return found.sort((a, b) => worth(b) - worth(a) || a.from - b.from || a.to - b.to)
}

/** Frames as far apart as they share enough tracks, from a few starts over the shot. */
export const farthestPairs = (shot: Shot, keyframes: readonly number[]) => candidatePairs(shot, keyframes, [1])

/** From a few starts over the shot: the farthest keyframe that shares enough, and those some shares of the way there. */
function candidatePairs(shot: Shot, keyframes: readonly number[], shares: readonly number[]): [number, number][] {
  const pairs: [number, number][] = []
  const starts = Math.min(8, keyframes.length - 1)
  for (let s = 0; s < starts; s++) {
    const start = Math.floor((s * (keyframes.length - 1)) / starts)
    const from = keyframes[start]!
    const here = shot.frameStart[from + 1]! - shot.frameStart[from]!
    let farthest = start
    while (farthest + 1 < keyframes.length) {
      const { count } = sharedTracks(shot, from, keyframes[farthest + 1]!)
      if (count < Math.max(FEWEST_SHARED, SHARED_SHARE * here)) break
      farthest++
    }
    for (const share of shares) {
      const end = start + Math.round(share * (farthest - start))
      const to = keyframes[end]!
      if (end > start && !pairs.some(([a, b]) => a === from && b === to)) pairs.push([from, to])
    }
  }
  return pairs
}

async function parallaxBeyondTurn(
  shot: Shot,
  intrinsics: Intrinsics,
  from: number,
  to: number,
  ctx: SolveContext,
): Promise<number> {
  let turn = emptyReconstruction(shot, intrinsics, true)
  const cameras = [...turn.cameras]
  cameras[from] = identity3()
  cameras[to] = identity3()
  turn = placePoints(shot, { ...turn, cameras }, { leastParallaxPx: 0, gatePx: Infinity, frames: [from] })
  const loss = cauchy(0.02 * intrinsics.widthPx)
  const part = await adjustPart(
    shot,
    turn,
    { frames: [to], fixedFrames: [], points: 'fixed', loss, tolerance: 1e-3 },
    ctx,
  )
  if (part === null) return 0
  const errors = errorsPx(shot, part.reconstruction)
  return median(sharedTracks(shot, from, to).inB.map((i) => errors[i]!))
}

/** How many frames of a stretch are solved at first. */
const SEED_FRAMES = 6

/** Frames of a stretch, its ends among them, evenly spread. */
export function framesOf({ from, to }: Stretch): number[] {
  const count = Math.min(SEED_FRAMES, to - from + 1)
  return Array.from({ length: count }, (_, i) => from + Math.round((i * (to - from)) / (count - 1)))
}

/**
 * Solves a stretch under one hypothesis, that of `start`: its focal lengths, and the tracks it keeps. Null when it holds no
 * rigid scene in front of both cameras.
 */
export async function solveStretch(
  shot: Shot,
  start: Reconstruction,
  stretch: Stretch,
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  const pose = pairPose(shot, start, stretch, pxUnit)
  if (pose === null) return null
  const frames = framesOf(stretch)
  const between = frames.slice(1, -1)
  const cameras: (Rigid3 | null)[] = Array.from({ length: shot.frameCount }, () => null)
  cameras[stretch.from] = identity3()
  cameras[stretch.to] = pose
  let current: Reconstruction = { ...start, cameras }
  current = placePoints(shot, current, { leastParallaxPx: 4 * pxUnit, gatePx: 4 * pxUnit })
  for (const frame of between) {
    cameras[frame] = interpolate(identity3(), pose, (frame - stretch.from) / (stretch.to - stretch.from))
  }
  current = { ...current, cameras }
  for (const scale of [6, 2]) {
    const options = {
      frames: between,
      fixedFrames: [],
      points: 'fixed',
      loss: cauchy(scale * pxUnit),
      tolerance: 1e-3,
    } as const
    current = (await adjustPart(shot, current, options, ctx))?.reconstruction ?? current
  }
  const first = await adjustPart(shot, current, { frames, loss: cauchy(2 * pxUnit) }, ctx)
  if (first === null) return null
  current = placePoints(shot, first.reconstruction, { leastParallaxPx: 6 * pxUnit, gatePx: 4 * pxUnit })
  const loose = await adjustFully(shot, current, frames, freedom, pxUnit, ctx)
  return loose && sharpen(shot, loose, frames, freedom, pxUnit, ctx)
}

/** What moves on its own pulls at a loose fit: tracks that stay away are let go, and the rest is fitted tightly. */
async function sharpen(
  shot: Shot,
  loose: Reconstruction,
  frames: readonly number[],
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction> {
  let current = loose
  for (const gate of [6, 4]) {
    const noise = Math.max(0.1 * pxUnit, noisePx(shot, current, frames))
    current = reject(shot, current, gate * noise).reconstruction
    const options = { frames, ...freedom, loss: cauchy(2 * noise), maxIterations: 20 } as const
    current = (await adjustPart(shot, current, options, ctx))?.reconstruction ?? current
  }
  return { ...current, kept: new Uint8Array(loose.kept.length).fill(1) }
}

function pairPose(shot: Shot, start: Reconstruction, stretch: Stretch, pxUnit: number): Rigid3 | null {
  const shared = sharedTracks(shot, stretch.from, stretch.to)
  const used = Array.from(shared.track.keys()).filter((k) => start.kept[shared.inA[k]!] === 1)
  const [inA, inB] = [used.map((k) => shared.inA[k]!), used.map((k) => shared.inB[k]!)]
  const inside = camerasInside(start)
  const rays = (frame: number, observations: readonly number[]) =>
    raysOf(inside(frame), positionsOf(shot, observations))
  return (
    robustRelativePose(rays(stretch.from, inA), rays(stretch.to, inB), {
      threshold: (2 * pxUnit) / inside(stretch.to).focalXPx,
      rng: seededRng(`pair ${stretch.from} ${stretch.to}`),
      maxSamples: 600,
    })?.bFromA ?? null
  )
}

/** The pose a share of the way from a to b: centres on a line, rotations on the shortest arc. Beyond 0 … 1 it extrapolates. */
export function interpolate(a: Rigid3, b: Rigid3, share: number): Rigid3 {
  const rotation = slerp(a.rotation, b.rotation, share)
  const [from, to] = [centreOf(a), centreOf(b)]
  return rigidFromCentre(
    rotation,
    from.map((v, i) => v + share * (to[i]! - v)),
  )
}
