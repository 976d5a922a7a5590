/**
 * How good 2D tracks are, without any solver: each track is triangulated with the TRUE cameras, and what is left over is
 * the tracker's error. A track has the smallest root mean square that any standing point could give it.
 */
import { distort, trueCamera, type Truth, type TrueCamera } from '#test/footage/truth.ts'

export interface FlatTrack {
  readonly start: readonly [number, number, number]
  readonly frames: readonly number[]
  readonly xy: readonly (readonly [number, number])[]
}

export interface Judged2d {
  /** Tracks with at least three markers that do not begin on something that moves. */
  readonly tracks: number
  /** Markers of those tracks. */
  readonly markers: number
  readonly medianPx: number
  readonly p90Px: number
  readonly p95Px: number
  readonly shareBelowHalf: number
}

/** An unknown point: a ray from one camera's centre, and how near its end is (0: at infinity). */
interface Ray {
  readonly from: TrueCamera
  /** Direction in that camera, third component 1. */
  readonly x: number
  readonly y: number
  readonly nearness: number
}

export function judge2d(tracks: readonly FlatTrack[], truth: Truth): Judged2d {
  const cameras = truth.frames.map((_, frame) => trueCamera(truth, frame))
  const judged = tracks.filter((t) => t.frames.length >= 3 && !onMover(t, truth))
  const errors = judged.map((t) => trackError(t, cameras)).sort((a, b) => a - b)
  return {
    tracks: errors.length,
    markers: judged.reduce((sum, t) => sum + t.frames.length, 0),
    medianPx: quantile(errors, 0.5),
    p90Px: quantile(errors, 0.9),
    p95Px: quantile(errors, 0.95),
    shareBelowHalf: errors.filter((e) => e < 0.5).length / errors.length,
  }
}

/**
 * Two sides' tracks from the same starts, each cut down to the frames that both have: giving up early lowers an error too,
 * and here it does not.
 */
export function inCommon(a: readonly FlatTrack[], b: readonly FlatTrack[]): [FlatTrack[], FlatTrack[]] {
  const place = ({ start }: FlatTrack) => start.map((v) => v.toFixed(2)).join()
  const others = new Map(b.map((track) => [place(track), track]))
  const pairs = a.flatMap((one): [FlatTrack, FlatTrack][] => {
    const other = others.get(place(one))
    return other ? [[only(one, new Set(other.frames)), only(other, new Set(one.frames))]] : []
  })
  return [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
}

const only = ({ start, frames, xy }: FlatTrack, kept: ReadonlySet<number>): FlatTrack => ({
  start,
  frames: frames.filter((frame) => kept.has(frame)),
  xy: xy.filter((_, i) => kept.has(frames[i] ?? NaN)),
})

/** Root mean square distance, in pixels, of a track's markers from the best standing point. */
export function trackError(track: FlatTrack, cameras: readonly TrueCamera[]): number {
  let best = Infinity
  const anchor = track.frames.length >> 1
  const from = cameras[track.frames[anchor] ?? 0]
  const pixel = track.xy[anchor]
  if (!from || !pixel) return Infinity
  const [x, y] = undistort(from, pixel[0], pixel[1])
  // Depth is not convex: from far away and from near by, and the better counts.
  for (const nearness of [0, 0.02, 0.1, 0.4]) {
    const { cost } = settle({ from, x, y, nearness }, track, cameras)
    best = Math.min(best, Math.sqrt(cost / track.frames.length))
  }
  return best
}

/** Levenberg-Marquardt over the three numbers of a ray, with derivatives by differences. */
function settle(start: Ray, track: FlatTrack, cameras: readonly TrueCamera[]): { ray: Ray; cost: number } {
  let ray = start
  let left = residuals(ray, track, cameras)
  let cost = squares(left)
  let damping = 1e-3
  for (let round = 0; round < 60 && damping < 1e10; round++) {
    const step = 1e-6
    const columns = [
      residuals({ ...ray, x: ray.x + step }, track, cameras),
      residuals({ ...ray, y: ray.y + step }, track, cameras),
      residuals({ ...ray, nearness: ray.nearness + step }, track, cameras),
    ].map((moved) => moved.map((r, i) => (r - (left[i] ?? 0)) / step))
    const move = solve3(normal(columns, damping), columns.map((c) => -dot(c, left)) as [number, number, number])
    const next = { ...ray, x: ray.x + move[0], y: ray.y + move[1], nearness: Math.max(0, ray.nearness + move[2]) }
    const nextLeft = residuals(next, track, cameras)
    const nextCost = squares(nextLeft)
    if (nextCost < cost) {
      const small = cost - nextCost < 1e-10 * cost
      ;[ray, left, cost, damping] = [next, nextLeft, nextCost, damping / 10]
      if (small) break
    } else damping *= 10
  }
  return { ray, cost }
}

function residuals(ray: Ray, track: FlatTrack, cameras: readonly TrueCamera[]): number[] {
  const a = ray.from.rotation
  const direction = [0, 1, 2].map((i) => (a[i] ?? 0) * ray.x + (a[3 + i] ?? 0) * ray.y + (a[6 + i] ?? 0))
  const out: number[] = []
  for (const [i, frame] of track.frames.entries()) {
    const camera = cameras[frame]
    const seen = track.xy[i]
    if (!camera || !seen) continue
    const inWorld = direction.map((d, k) => d + ray.nearness * ((ray.from.centre[k] ?? 0) - (camera.centre[k] ?? 0)))
    const r = camera.rotation
    const [x, y, z] = [0, 3, 6].map((k) => dot([r[k] ?? 0, r[k + 1] ?? 0, r[k + 2] ?? 0], inWorld))
    if (x === undefined || y === undefined || z === undefined || z < 1e-6) out.push(1e4, 1e4)
    else {
      const [u, v] = distort(camera, x, y, z)
      out.push(u - seen[0], v - seen[1])
    }
  }
  return out
}

/** Inverse of `distort` by fixed-point iteration: the ray of a pixel, third component 1. */
function undistort(camera: TrueCamera, u: number, v: number): [number, number] {
  const [xd, yd] = [(u - camera.cx) / camera.focalPx, (v - camera.cy) / camera.focalPx]
  let [x, y] = [xd, yd]
  for (let i = 0; i < 50; i++) {
    const r2 = x * x + y * y
    const s = 1 + r2 * (camera.k1 + r2 * camera.k2)
    ;[x, y] = [xd / s, yd / s]
  }
  return [x, y]
}

/** Whether a track begins inside the box around a moving object: nothing says then that it should stand still. */
export function onMover(track: FlatTrack, truth: Truth): boolean {
  const [frame, x, y] = track.start
  return truth.movers.some(({ boxes }) => {
    const box = boxes[frame]
    return box != null && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]
  })
}

function normal(columns: readonly (readonly number[])[], damping: number): number[] {
  const out: number[] = []
  for (const [i, a] of columns.entries())
    for (const [j, b] of columns.entries()) out.push(dot(a, b) * (i === j ? 1 + damping : 1) + (i === j ? 1e-12 : 0))
  return out
}

/** Cramer's rule for three equations, row-major. */
function solve3(m: readonly number[], b: readonly [number, number, number]): [number, number, number] {
  const [a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0, c0 = 0, c1 = 0, c2 = 0] = m
  const determinant = (p: number[]) => {
    const [p0 = 0, p1 = 0, p2 = 0, q0 = 0, q1 = 0, q2 = 0, r0 = 0, r1 = 0, r2 = 0] = p
    return p0 * (q1 * r2 - q2 * r1) - p1 * (q0 * r2 - q2 * r0) + p2 * (q0 * r1 - q1 * r0)
  }
  const all = determinant([a0, a1, a2, b0, b1, b2, c0, c1, c2])
  return [
    determinant([b[0], a1, a2, b[1], b1, b2, b[2], c1, c2]) / all,
    determinant([a0, b[0], a2, b0, b[1], b2, c0, b[2], c2]) / all,
    determinant([a0, a1, b[0], b0, b1, b[1], c0, c1, b[2]]) / all,
  ]
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0)

const squares = (a: readonly number[]) => dot(a, a)

/** Value below which a share `q` of ascending numbers lies, interpolated; NaN of none. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1)
  const [low = NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}
