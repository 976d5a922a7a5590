/** From the last reconstruction to what the caller is told: poses, points, errors, what was dropped and how sure it is. */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import type { Solution, SolvedCamera, SolvedPoint, UnsolvedTrack } from '../solution.ts'
import { type Bridge, isTorn, weakestBridge } from './bridges.ts'
import { confidenceOf, signsOf } from './confidence.ts'
import { leftParallax } from './left-parallax.ts'
import type { Plan } from './plan.ts'
import { errorsPx, solvedFrames, type Reconstruction } from './reconstruction.ts'
import { reliefOf } from './relief.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'
import type { SettledFocal } from './settle-focal.ts'
import type { Spread } from './spread.ts'
import { reasonsUnsolved } from './unsolved.ts'

export function report(
  shot: Shot,
  { reconstruction: final, spread, notes, isGuess }: SettledFocal,
  plan: Plan,
  askedInstead: string | null,
): Solution {
  const errors = errorsPx(shot, final)
  const sums = sumErrors(shot, final, errors)
  const cameras = camerasOf(shot, final, sums, spread)
  const points = pointsOf(shot, final, sums)
  const unsolved = [...reasonsUnsolved(shot, final)].map(
    ([t, reason]): UnsolvedTrack => ({ track: shot.trackIds[t]!, reason }),
  )
  const known = errors.reduce((count, e) => count + (Number.isNaN(e) ? 0 : 1), 0)
  const heldOut = heldOutError(shot, final, 1 - sums.count / Math.max(1, known))
  const bridge = weakestBridge(shot, final)
  const solution: Omit<Solution, 'confidence'> = {
    motion: final.tripod ? 'tripod' : 'general',
    zoom: final.focalsPx !== null,
    fromFrame: shot.fromFrame,
    toFrame: shot.fromFrame + shot.frameCount - 1,
    intrinsics: intrinsicsOf(final, cameras),
    focalSigmaPx: spread.focalSigmaPx,
    cameras,
    points,
    unsolved,
    errorPx: Math.sqrt(sums.squares / Math.max(1, sums.count)),
    meanTrackErrorPx: points.reduce((sum, point) => sum + point.errorPx, 0) / Math.max(1, points.length),
    heldOutErrorPx: heldOut.errorPx,
    observations: { used: sums.count, dropped: known - sums.count, heldOut: heldOut.count },
    notes: [
      ...notes,
      ...(askedInstead === null ? [] : [`The tracks ask for ${askedInstead}; what was given was kept.`]),
      ...(final.tripod ? [NO_PATH] : []),
      ...heldTogether(shot, bridge),
      ...unreached(shot, cameras.length),
    ],
  }
  const signs = signsOf(solution, {
    pxUnit: plan.pxUnit,
    seen: shot.track.length,
    focal: plan.freedom.focal === 'fixed' ? 'known' : isGuess ? 'guessed' : 'found',
    bridge,
    isLensDoubted: askedInstead !== null,
    noisePx: noisePx(shot, final),
    relief: final.tripod ? null : reliefOf(final),
    leftParallax: final.tripod ? leftParallax(shot, final) : null,
  })
  const confidence = confidenceOf(signs, isGuess, cameras.length / shot.frameCount)
  return { ...solution, signs, confidence, notes: [...solution.notes, ...(signs.wall === 1 ? [WALL] : [])] }
}

/** What a turning camera cannot claim. */
const NO_PATH = 'The tracks show no parallax: the camera turns in one place, or all is too far away to show its path.'

/** What one plane leaves open. */
const WALL =
  'All points lie nearly in one plane that faces the camera, where moving in and zooming look alike: give the focal length if you know it.'

function heldTogether(shot: Shot, bridge: Bridge | null): string[] {
  if (bridge === null || !isTorn(bridge)) return []
  const { frame, points, usual } = bridge
  const found = `Only ${points} points are seen from well before frame ${shot.fromFrame + frame} until well after, elsewhere ${usual}`
  return [`${found}: if the scene changes there, cut the clip.`]
}

function unreached(shot: Shot, solved: number): string[] {
  const missing = shot.frameCount - solved
  if (missing === 0) return []
  return [`${missing} of ${shot.frameCount} frames could not be reached: too few tracks lead there from the others.`]
}

/** With a zoom the focal length is the mean over the shot. */
function intrinsicsOf({ intrinsics, focalsPx }: Reconstruction, cameras: readonly SolvedCamera[]): Intrinsics {
  if (focalsPx === null) return intrinsics
  return { ...intrinsics, focalPx: cameras.reduce((sum, camera) => sum + camera.focalPx, 0) / cameras.length }
}

interface ErrorSums {
  squares: number
  count: number
  readonly byFrame: Float64Array
  readonly frameCounts: Int32Array
  readonly byTrack: Float64Array
  readonly trackCounts: Int32Array
}

/** Sums of squares over the kept observations, in all, by frame and by track. */
function sumErrors(shot: Shot, { kept }: Reconstruction, errors: Float64Array): ErrorSums {
  const sums: ErrorSums = {
    squares: 0,
    count: 0,
    byFrame: new Float64Array(shot.frameCount),
    frameCounts: new Int32Array(shot.frameCount),
    byTrack: new Float64Array(shot.trackIds.length),
    trackCounts: new Int32Array(shot.trackIds.length),
  }
  errors.forEach((e, i) => {
    if (kept[i] === 0 || !Number.isFinite(e)) return
    const [frame, track] = [shot.frame[i]!, shot.track[i]!]
    sums.squares += e * e
    sums.count++
    sums.byFrame[frame]! += e * e
    sums.frameCounts[frame]!++
    sums.byTrack[track]! += e * e
    sums.trackCounts[track]!++
  })
  return sums
}

function camerasOf(shot: Shot, final: Reconstruction, sums: ErrorSums, spread: Spread): SolvedCamera[] {
  return solvedFrames(final).map((frame) => ({
    frame: shot.fromFrame + frame,
    camFromWorld: final.cameras[frame]!,
    focalPx: final.focalsPx?.[frame] ?? final.intrinsics.focalPx,
    errorPx: Math.sqrt(sums.byFrame[frame]! / Math.max(1, sums.frameCounts[frame]!)),
    observations: sums.frameCounts[frame]!,
    positionSigma: spread.positionSigma[frame] ?? null,
    rotationSigmaDeg: spread.rotationSigmaDeg[frame] ?? null,
  }))
}

function pointsOf(shot: Shot, { points, kept }: Reconstruction, sums: ErrorSums): SolvedPoint[] {
  const solved: SolvedPoint[] = []
  for (let t = 0; t < shot.trackIds.length; t++) {
    const [x, y, z] = [points[3 * t]!, points[3 * t + 1]!, points[3 * t + 2]!]
    if (Number.isNaN(x)) continue
    const droppedFrames: number[] = []
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      if (kept[i] === 0) droppedFrames.push(shot.fromFrame + shot.frame[i]!)
    }
    const errorPx = Math.sqrt(sums.byTrack[t]! / Math.max(1, sums.trackCounts[t]!))
    solved.push({ track: shot.trackIds[t]!, xyz: [x, y, z], errorPx, droppedFrames })
  }
  return solved
}

/**
 * Root mean square over hidden observations of solved tracks in solved frames, less the same share of the worst as was dropped
 * among those that the solver saw: their error is told without the dropped ones, too.
 */
function heldOutError(shot: Shot, final: Reconstruction, droppedShare: number) {
  const errors = errorsPx(shot.hidden, final)
    .filter((e) => !Number.isNaN(e))
    .sort()
  const counted = errors.subarray(0, Math.round((1 - droppedShare) * errors.length))
  if (counted.length === 0) return { errorPx: null, count: errors.length }
  return { errorPx: Math.sqrt(counted.reduce((sum, e) => sum + e * e, 0) / counted.length), count: errors.length }
}
