/** Which of two solves of one clip is better. */
import type { Shot } from '#track/scenes/solve-json.ts'

export interface SolveQuality {
  /** Root mean square over all positions that were solved with; null where nothing was solved. */
  readonly errorPx: number | null
  /** Over those that the solver never saw; null where none could be spared. */
  readonly heldOutErrorPx: number | null
  /** Frames with a camera. */
  readonly cameras: number
}

export function qualityOf(shots: readonly Shot[]): SolveQuality {
  const solved = shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))
  return {
    errorPx: rootMeanSquare(solved.map(({ errorPx, observations }) => [errorPx, observations.used])),
    heldOutErrorPx: rootMeanSquare(
      solved.map(({ heldOutErrorPx, observations }) => [heldOutErrorPx, observations.heldOut]),
    ),
    cameras: solved.reduce((sum, { cameras }) => sum + cameras.length, 0),
  }
}

/** Of shots that are weighed by their positions; null when none is known. */
function rootMeanSquare(errors: readonly (readonly [error: number | null, weight: number])[]): number | null {
  const known = errors.flatMap(([error, weight]) => (error === null ? [] : [{ square: error ** 2, weight }]))
  const total = known.reduce((sum, { weight }) => sum + weight, 0)
  return total === 0 ? null : Math.sqrt(known.reduce((sum, { square, weight }) => sum + square * weight, 0) / total)
}

export interface Comparison {
  readonly better: boolean
  /** A sentence. */
  readonly why: string
}

/** So many cameras may be lost for a smaller error: one, or this share. */
const camerasToLose = 0.02

/** By the error where the solver did not look, provided that the path did not get shorter: fewer frames are easily exact. */
export function compareSolves(before: SolveQuality, after: SolveQuality): Comparison {
  if (after.cameras === 0) return { better: false, why: 'With these changes the camera could not be solved.' }
  if (before.cameras === 0)
    return { better: true, why: `Now ${after.cameras} frames have a camera, and none had before.` }
  const lost = before.cameras - after.cameras
  if (lost > Math.max(1, camerasToLose * before.cameras)) {
    return { better: false, why: `${lost} frames lost their camera.` }
  }
  const isHeldOut = before.heldOutErrorPx !== null && after.heldOutErrorPx !== null
  const was = (isHeldOut ? before.heldOutErrorPx : before.errorPx) ?? Infinity
  const is = (isHeldOut ? after.heldOutErrorPx : after.errorPx) ?? Infinity
  const what = isHeldOut ? 'The error at positions that the solver never saw' : 'The error of the solve'
  const change = `${what} went from ${was.toFixed(3)} to ${is.toFixed(3)} px`
  if (is < was) return { better: true, why: `${change}.` }
  return { better: false, why: is === was ? `${what} stayed at ${is.toFixed(3)} px.` : `${change}.` }
}
