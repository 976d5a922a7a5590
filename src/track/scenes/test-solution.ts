/** A synthetic shot as a perfect solver would report it, for the tests of writers. */
import type { Solution, SolverTrack } from '../solution.ts'
import { syntheticShot, type SyntheticOptions } from '../synthetic.ts'

/** Frames of the first track that the solver is said to have dropped, and the frame it is said not to have solved. */
export const droppedFrames = [3, 4]
export const missingFrame = 5

/** Every third track has no point; one frame has no camera. */
export function solvedShot(asked: Partial<SyntheticOptions> = {}): {
  solution: Solution
  tracks: readonly SolverTrack[]
} {
  const { tracks, truth, options } = syntheticShot({ seed: 7, frames: 12, liveTracks: 40, ...asked })
  const tripod = asked.path === 'tripod'
  const solved = tracks.filter(({ id }) => id % 3 !== 2 && truth.points[id] !== null)
  const solution: Solution = {
    motion: tripod ? 'tripod' : 'general',
    zoom: options.zoomToFocalPx !== null,
    fromFrame: 0,
    toFrame: options.frames - 1,
    intrinsics: truth.intrinsics,
    focalSigmaPx: 1.5,
    cameras: truth.camFromWorld
      .map((camFromWorld, frame) => ({
        frame,
        camFromWorld: tripod ? { ...camFromWorld, translation: new Float64Array(3) } : camFromWorld,
        focalPx: truth.focalsPx[frame] ?? NaN,
        errorPx: 0,
        observations: 40,
        positionSigma: null,
        rotationSigmaDeg: null,
      }))
      .filter(({ frame }) => frame !== missingFrame),
    points: solved.map(({ id }, index) => {
      const place = truth.points[id] ?? new Float64Array(3)
      const centre = truth.camFromWorld[0]
      const [x = NaN, y = NaN, z = NaN] =
        tripod && centre ? unitFrom(place, centre.translation, centre.rotation) : place
      return { track: id, xyz: [x, y, z] as const, errorPx: 0.25, droppedFrames: index === 0 ? droppedFrames : [] }
    }),
    unsolved: tracks.filter((track) => !solved.includes(track)).map(({ id }) => ({ track: id, reason: 'high-error' })),
    errorPx: 0.25,
    meanTrackErrorPx: 0.25,
    heldOutErrorPx: null,
    observations: { used: 400, dropped: droppedFrames.length, heldOut: 0 },
    confidence: 0.9,
    notes: [],
  }
  return { solution, tracks }
}

/** The direction of a point from the camera's centre, -Rᵀ t. */
function unitFrom(place: Float64Array, t: Float64Array, r: Float64Array): readonly number[] {
  const offset = [0, 1, 2].map(
    (i) => (place[i] ?? 0) + [0, 1, 2].reduce((sum, j) => sum + (r[3 * j + i] ?? 0) * (t[j] ?? 0), 0),
  )
  const length = Math.hypot(...offset)
  return offset.map((value) => value / length)
}
