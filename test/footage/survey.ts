/** What of test footage is known exactly besides its cameras: points on surfaces and where they can be seen, and movers. */
import type { Rng } from '#core/rng.ts'
import { plus, type Face, type View } from './render.ts'
import { moved, type Scene } from './scene.ts'
import { positionOf, project, type TrueCamera, type TrueFrame, type Truth, type Vector } from './truth.ts'

interface Shot {
  readonly view: View
  readonly scene: Scene
  readonly first: number
  readonly last: number
}

interface Size {
  readonly widthPx: number
  readonly heightPx: number
  readonly frames: number
}

export function pathLength(frames: readonly TrueFrame[], shots: readonly { first: number; last: number }[]): number {
  let length = 0
  for (const { first, last } of shots)
    for (let f = first + 1; f <= last; f++) {
      const [a, b] = [frames[f - 1], frames[f]]
      if (a && b) length += distance(positionOf(a.cam_to_world), positionOf(b.cam_to_world))
    }
  return length
}

/** Random points of the picture in the first, middle and last frame of each shot, taken to the surface behind them. */
export function truePoints(shots: readonly Shot[], size: Size, rng: Rng, perFrame = 60): Truth['points'] {
  return shots.flatMap((shot) =>
    [shot.first, Math.round((shot.first + shot.last) / 2), shot.last].flatMap((from) =>
      Array.from({ length: perFrame }, () => pick(shot, from, size, rng)).flatMap((xyz) =>
        xyz === null ? [] : [{ xyz, from_frame: from, visible: visibility(shot, xyz, size) }],
      ),
    ),
  )
}

/** Boxes round the corners of each mover, clipped to the picture; null when out of view or in the other shot. */
export function trueMovers(shots: readonly Shot[], size: Size): Truth['movers'] {
  return shots.flatMap((shot, s) =>
    shot.scene.movers.map((mover, m) => ({
      name: `mover${s}-${m}`,
      boxes: Array.from({ length: size.frames }, (_, frame) => {
        if (frame < shot.first || frame > shot.last) return null
        const camera = shot.view.camera(frame)
        const seen = moved(mover, frame - shot.first).flatMap((face) => {
          const corners = [face.corner, plus(face.corner, face.u), plus(face.corner, face.v)]
          return [...corners, plus(plus(face.corner, face.u), face.v)].flatMap((p) => {
            const pixel = project(camera, p)
            return pixel ? [pixel] : []
          })
        })
        const [xs, ys] = [seen.map((p) => p[0]), seen.map((p) => p[1])]
        const [x0, y0] = [Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys))]
        const [x1, y1] = [Math.min(size.widthPx, Math.max(...xs)), Math.min(size.heightPx, Math.max(...ys))]
        return x1 > x0 && y1 > y0 ? ([x0, y0, x1, y1] as const) : null
      }),
    })),
  )
}

function pick(shot: Shot, frame: number, size: Size, rng: Rng): Vector | null {
  const camera = shot.view.camera(frame)
  const [x, y] = [(0.03 + 0.94 * rng.next()) * size.widthPx, (0.03 + 0.94 * rng.next()) * size.heightPx]
  // Not the pixel's exact ray where the lens bends it: any point on a surface serves.
  const [dx, dy] = [(x - camera.cx) / camera.focalPx, (y - camera.cy) / camera.focalPx]
  const r = camera.rotation
  const ray = [0, 1, 2].map((i) => (r[i] ?? 0) * dx + (r[3 + i] ?? 0) * dy + (r[6 + i] ?? 0)) as unknown as Vector
  const far = nearestHit(shot.scene.faces, camera.centre, ray)
  return far === null ? null : plus(camera.centre, [ray[0] * far, ray[1] * far, ray[2] * far])
}

function visibility(shot: Shot, point: Vector, size: Size): string {
  return Array.from({ length: size.frames }, (_, frame) => {
    if (frame < shot.first || frame > shot.last) return '0'
    const camera = shot.view.camera(frame)
    return inPicture(camera, point, size) && inSight(shot.view.faces(frame), camera.centre, point) ? '1' : '0'
  }).join('')
}

function inPicture(camera: TrueCamera, point: Vector, size: Size): boolean {
  const pixel = project(camera, point)
  return pixel !== null && pixel[0] > 0 && pixel[1] > 0 && pixel[0] < size.widthPx && pixel[1] < size.heightPx
}

function inSight(faces: readonly Face[], eye: Vector, point: Vector): boolean {
  const hit = nearestHit(faces, eye, [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]])
  return hit === null || hit > 1 - 1e-6
}

/** How many times its length a ray goes before it meets a face from the front; null: it meets none. */
function nearestHit(faces: readonly Face[], eye: Vector, ray: Vector): number | null {
  let best: number | null = null
  for (const { corner, u, v } of faces) {
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const
    const slope = n[0] * ray[0] + n[1] * ray[1] + n[2] * ray[2]
    if (slope <= 0) continue
    const o = [corner[0] - eye[0], corner[1] - eye[1], corner[2] - eye[2]] as const
    const far = (n[0] * o[0] + n[1] * o[1] + n[2] * o[2]) / slope
    if (far <= 1e-6 || (best !== null && far >= best)) continue
    const on = [far * ray[0] - o[0], far * ray[1] - o[1], far * ray[2] - o[2]] as const
    const [a, b] = [share(on, u), share(on, v)]
    if (a >= 0 && a <= 1 && b >= 0 && b <= 1) best = far
  }
  return best
}

/** Of an edge of a rectangle, how far along it a point of its plane lies. */
const share = (p: Vector, edge: Vector) =>
  (p[0] * edge[0] + p[1] * edge[1] + p[2] * edge[2]) / (edge[0] ** 2 + edge[1] ** 2 + edge[2] ** 2)

const distance = (a: Vector, b: Vector) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
