/** Whether a clip was solved, by the truth. */
import { judge3d, type Placed } from '../tracking/judge-3d.ts'
import type { Truth } from '#test/footage/truth.ts'
import { centreOf } from '#track/geometry/rigid3.ts'
import type { Shot } from '#track/scenes/solve-json.ts'

/** Shares of the path's length, of the focal length and of the cameras, and degrees on average. */
export const bars = { path: 0.01, degrees: 0.5, focal: 0.02, cameras: 0.95 } as const

export interface Judged {
  readonly right: boolean
  /** One line for each shot: how far off it is. */
  readonly said: readonly string[]
}

/** @param placed what stands in each true shot; null: nothing */
export function judged(truth: Truth, placed: (segment: Truth['segments'][number]) => Placed | null): Judged {
  const shots = truth.segments.map((segment) => {
    const cameras = placed(segment)
    const found = cameras && judge3d(cameras, truth, segment)
    if (found === null) return { right: false, said: 'no camera' }
    const { pathShare, rotationMeanDeg, focalShare } = found
    const isOnPath = pathShare === null ? truth.camera_moves === 'rotation' : pathShare <= bars.path
    const right =
      isOnPath &&
      rotationMeanDeg <= bars.degrees &&
      focalShare <= bars.focal &&
      found.cameras >= bars.cameras * found.frames
    const path =
      pathShare === null ? 'turns' : Number.isNaN(pathShare) ? 'stands' : `path ${(100 * pathShare).toFixed(2)} %`
    const turn = `rotation ${rotationMeanDeg.toFixed(3)}`
    const said = `${path}, ${turn}, focal ${(100 * focalShare).toFixed(2)} %, cameras ${found.cameras}/${found.frames}`
    return { right, said }
  })
  return { right: shots.every(({ right }) => right), said: shots.map(({ said }) => said) }
}

/** Of our shots the one in the middle of the true one. */
export function judgedShots(shots: readonly Shot[], truth: Truth): Judged {
  return judged(truth, ({ first, last }) => {
    const middle = (first + last) / 2
    const shot = shots.find(({ fromFrame, toFrame }) => fromFrame <= middle && toFrame >= middle)
    return shot === undefined ? null : placedOf(shot)
  })
}

function placedOf({ result }: Shot): Placed | null {
  if (!result.ok) return null
  const { cameras, intrinsics } = result.solution
  const { lens } = intrinsics
  const { k1, k2 } = lens.model === 'polynomial' ? lens : { k1: 0, k2: 0 }
  const placed = cameras.map(({ frame, camFromWorld, focalPx }) => {
    const [x = NaN, y = NaN, z = NaN] = centreOf(camFromWorld)
    return { frame, centre: [x, y, z] as const, rotation: camFromWorld.rotation, focalPx }
  })
  return { cameras: placed, k1, k2 }
}
