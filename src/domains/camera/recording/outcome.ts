/** What came of a run, over all shots of its clip. */
import type { RunStatus } from '#core/session.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { Solution, SolveFailureCode } from '#track/solution.ts'
import type { CameraOutcome, FrameSample, ShotOutcome } from '../session.ts'
import type { ZoomAnalysis } from '../telemetry.ts'
import type { FailureType } from '../terms.ts'
import { solvedCamera } from './lens-record.ts'
import { rounded, share } from './rounded.ts'

/** Of a solved clip at least this share of the frames has a camera, and each shot is more likely right than wrong. */
const solvedFramesShare = 0.95
const likely = 0.5

/** `succeeded` says that the camera is right as far as can be told, not that the program reached its end. */
export function statusOf(shots: readonly Shot[]): RunStatus {
  const solved = solutionsOf(shots)
  if (solved.length === 0) return 'failed'
  const frames = shots.reduce((sum, { fromFrame, toFrame }) => sum + toFrame - fromFrame + 1, 0)
  const isWhole = solved.length === shots.length && camerasOf(solved) >= solvedFramesShare * frames
  return isWhole && solved.every(({ confidence }) => confidence >= likely) ? 'succeeded' : 'partial'
}

const solutionsOf = (shots: readonly Shot[]): readonly Solution[] =>
  shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))

const camerasOf = (solutions: readonly Solution[]) => solutions.reduce((sum, { cameras }) => sum + cameras.length, 0)

/** Of the longest shot that was solved; the first of equals. */
function longest(solutions: readonly Solution[]): Solution | null {
  return solutions.reduce<Solution | null>(
    (best, solution) => (best === null || solution.cameras.length > best.cameras.length ? solution : best),
    null,
  )
}

/**
 * @param samples of all frames, to find where tracks ran out
 */
export function outcomeOf(
  shots: readonly Shot[],
  tracks: number,
  samples: readonly FrameSample[],
  sensorWidthMm: number | null,
): CameraOutcome {
  const solved = solutionsOf(shots)
  const best = longest(solved)
  const points = solved.reduce((sum, solution) => sum + solution.points.length, 0)
  return {
    solveErrorPx: rounded(weighted(solved, 'meanTrackErrorPx', ({ points: own }) => own.length)),
    heldOutErrorPx: rounded(rootMeanSquare(solved)),
    totalTracks: tracks,
    successfulTracks: points,
    bundleCount: points,
    solvedFrames: camerasOf(solved),
    failureType: failureOf(shots),
    frameOfFailure: frameOfFailure(shots, samples),
    solvedCamera: best === null ? null : solvedCamera(best.intrinsics, sensorWidthMm),
    confidence: share(solved.length === 0 ? null : Math.min(...solved.map(({ confidence }) => confidence))),
    shots: shots.map((shot) => shotOutcome(shot, sensorWidthMm)),
  }
}

function weighted(solved: readonly Solution[], key: 'meanTrackErrorPx', weight: (solution: Solution) => number) {
  const total = solved.reduce((sum, solution) => sum + weight(solution), 0)
  return total === 0 ? null : solved.reduce((sum, solution) => sum + weight(solution) * solution[key], 0) / total
}

/** Over all held-out positions of all shots. */
function rootMeanSquare(solved: readonly Solution[]): number | null {
  const known = solved.flatMap(({ heldOutErrorPx, observations }) =>
    heldOutErrorPx === null ? [] : [{ square: heldOutErrorPx ** 2, weight: observations.heldOut }],
  )
  const total = known.reduce((sum, { weight }) => sum + weight, 0)
  return total === 0 ? null : Math.sqrt(known.reduce((sum, { square, weight }) => sum + square * weight, 0) / total)
}

/** Only what the solver really said; a shot without parallax is none of the documents' failures. */
const failureTypes: Readonly<Partial<Record<SolveFailureCode, FailureType>>> = {
  'too-few-tracks': 'insufficient-features',
  'no-rigid-motion': 'non-rigid-motion',
}

function failureOf(shots: readonly Shot[]): FailureType | null {
  for (const { result } of shots) if (!result.ok) return failureTypes[result.code] ?? null
  return null
}

/** Fewer tracks in a frame than the solver can begin with. */
const criticalTracks = 8

/**
 * The first frame in which a shot without a camera has too few tracks, or a shot with cameras has none; null when neither
 * happens.
 */
function frameOfFailure(shots: readonly Shot[], samples: readonly FrameSample[]): number | null {
  const active = new Map(samples.map(({ frame, activeTracks }) => [frame, activeTracks ?? 0]))
  for (const { fromFrame, toFrame, result } of shots) {
    const known = result.ok ? new Set(result.solution.cameras.map((camera) => camera.frame)) : null
    for (let frame = fromFrame; frame <= toFrame; frame++) {
      const fails = known === null ? (active.get(frame) ?? 0) < criticalTracks : !known.has(frame)
      if (fails) return frame
    }
  }
  return null
}

function shotOutcome({ fromFrame, toFrame, result }: Shot, sensorWidthMm: number | null): ShotOutcome {
  if (!result.ok) return { fromFrame, toFrame, solved: false, code: result.code, why: result.why }
  const { motion, zoom, cameras, points, observations, ...solution } = result.solution
  return {
    fromFrame,
    toFrame,
    solved: true,
    motion,
    zoom,
    solveErrorPx: rounded(solution.meanTrackErrorPx),
    heldOutErrorPx: rounded(solution.heldOutErrorPx),
    confidence: share(solution.confidence),
    solvedFrames: cameras.length,
    points: points.length,
    observationsUsed: observations.used,
    observationsDropped: observations.dropped,
    focalSigmaPx: rounded(solution.focalSigmaPx),
    camera: solvedCamera(solution.intrinsics, sensorWidthMm),
  }
}

/** A focal length that ends so much longer or shorter than it began is a zoom, as the training-data guide has it. */
const zoomStep = 0.05

/** From the focal lengths of the longest solved shot; null when nothing was solved. */
export function solvedZoom(shots: readonly Shot[]): Pick<ZoomAnalysis, 'detected' | 'direction' | 'focalRatio'> | null {
  const best = longest(solutionsOf(shots))
  const [firstPx, lastPx] = [best?.cameras[0]?.focalPx, best?.cameras.at(-1)?.focalPx]
  if (best === null || firstPx === undefined || lastPx === undefined) return null
  if (!best.zoom) return { detected: false, direction: 'none', focalRatio: 1 }
  const ratio = lastPx / firstPx
  return {
    detected: true,
    direction: ratio > 1 + zoomStep ? 'in' : ratio < 1 - zoomStep ? 'out' : 'none',
    focalRatio: rounded(ratio),
  }
}
