/**
 * A bend that a solve left over: residuals that point along the radius and grow with its third power, which is what a lens
 * that distorts does to a camera that is thought straight (Brown, Close-range camera calibration, 1971).
 */
import { cameraOf, projectAll } from '#track/geometry/projection.ts'
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import type { Solution, SolverTrack } from '#track/solution.ts'
import type { LensBend } from './symptoms.ts'

const fewestObservations = 200

/** @returns null with fewer than 200 observations of solved points */
export function lensBend(tracks: readonly SolverTrack[], solution: Solution): LensBend | null {
  const { intrinsics, motion } = solution
  const { widthPx, heightPx, principalXPx, principalYPx } = intrinsics
  const corner = Math.hypot(widthPx, heightPx) / 2
  const cameras = new Map(
    solution.cameras.map(({ frame, focalPx, camFromWorld }) => {
      const pose = motion === 'tripod' ? turnOnly(camFromWorld) : camFromWorld
      return [frame, { camera: cameraOf({ ...intrinsics, focalPx }), pose }]
    }),
  )
  const pixel = new Float64Array(2)
  const points = new Map(solution.points.map((point) => [point.track, point]))
  let [n, cross, cubes, squares] = [0, 0, 0, 0]
  for (const { id, frames, xy } of tracks) {
    const point = points.get(id)
    if (point === undefined) continue
    const place = Float64Array.from(point.xyz)
    frames.forEach((frame, i) => {
      const view = cameras.get(frame)
      if (view === undefined || point.droppedFrames.includes(frame)) return
      projectAll(view.camera, view.pose, place, pixel)
      const [x, y] = [xy[2 * i]! - principalXPx, xy[2 * i + 1]! - principalYPx]
      const radius = Math.hypot(x, y)
      if (!(radius > 0) || Number.isNaN(pixel[0]!)) return
      const outwards = ((xy[2 * i]! - pixel[0]!) * x + (xy[2 * i + 1]! - pixel[1]!) * y) / radius
      const cube = (radius / corner) ** 3
      n++
      cross += outwards * cube
      cubes += cube * cube
      squares += outwards * outwards
    })
  }
  if (n < fewestObservations || cubes === 0 || squares === 0) return null
  return { cornerPx: cross / cubes, explained: (cross * cross) / cubes / squares }
}

const turnOnly = ({ rotation }: Rigid3): Rigid3 => ({ rotation, translation: new Float64Array(3) })
