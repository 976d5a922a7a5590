/** Which of all worlds that explain the pictures alike is told. */
import { compose, inverse, transform, type Rigid3 } from '../geometry/rigid3.ts'
import { solvedFrames, type Reconstruction } from './reconstruction.ts'
import { median } from './shot.ts'

/**
 * The first solved camera becomes the world frame, and the middle depth of the points the unit of length: the world is
 * arbitrary, so at least it is always the same.
 */
export function inFirstCamera(solved: Reconstruction): Reconstruction {
  const first = solved.cameras[solvedFrames(solved)[0]!]!
  const points = solved.points.slice()
  const depths: number[] = []
  for (let p = 0; p < points.length; p += 3) {
    if (Number.isNaN(points[p]!)) continue
    transform(first, points.subarray(p, p + 3), points.subarray(p, p + 3))
    depths.push(points[p + 2]!)
  }
  const middle = median(depths)
  const scale = solved.tripod || !(middle > 0) ? 1 : 1 / middle
  if (!solved.tripod) for (let i = 0; i < points.length; i++) points[i]! *= scale
  const worldFromFirst = inverse(first)
  const cameras = solved.cameras.map((camera): Rigid3 | null => {
    if (camera === null) return null
    const { rotation, translation } = compose(camera, worldFromFirst)
    return { rotation, translation: translation.map((v) => v * scale) }
  })
  return { ...solved, cameras, points }
}
