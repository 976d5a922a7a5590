/** Where the solved camera sees the solved points: beside the tracks, the picture of how good a solve is. */
import { cameraOf, projectAll } from '#track/geometry/projection.ts'
import type { SolvedShot } from './track-data.ts'

const places = new WeakMap<SolvedShot, Float64Array>()

/** The points of a shot as one frame's camera sees them (pixels, 2 each, NaN where it sees none); null where that frame was not solved. */
export function reproject(shot: SolvedShot, frame: number): Float64Array | null {
  const camera = shot.cameras.find((one) => one.frame === frame)
  if (!camera) return null
  let points = places.get(shot)
  if (!points) {
    points = Float64Array.from(shot.points.flatMap(({ xyz }) => xyz))
    places.set(shot, points)
  }
  return projectAll(cameraOf({ ...shot.intrinsics, focalPx: camera.focalPx }), camera.camFromWorld, points)
}
