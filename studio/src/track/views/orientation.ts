/**
 * How the solver's world lies in the scene that a person sees and exports: sceneFromWorld, a similarity. The scene's y is up.
 *
 * A camera alone knows neither level, nor heading, nor scale: these tools take them from points that a person knows something
 * of. Each takes points of the WORLD (3 numbers each) and gives a new placement, or null where the points do not say.
 */
import { type Similarity, transformBySimilarity } from '#track/estimate/similarity.ts'
import { apply3, cross, dot, multiply3, norm, transpose3, unit } from '#track/geometry/linear.ts'
import { centreOf, type Rigid3 } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import { perpendicularTo, svd3 } from '#track/geometry/svd.ts'
import { placement } from '#track/scenes/placement.ts'

/** sceneFromWorld: x_scene = scale R x_world + t. */
export type Orientation = Similarity

export type Axis = 'x' | 'y' | 'z'

/** Points nearer to one line than this share of their spread do not tell a plane. */
const flatEnough = 1e-3

/** As scenes are exported when nobody says more: up is the cameras' mean up, the first camera at the origin. */
export function initialOrientation(cameras: readonly { readonly camFromWorld: Rigid3 }[]): Orientation {
  return { scale: 1, ...placement(cameras) }
}

/** cFromA = cFromB bFromA. */
export function composeSimilarities(cFromB: Similarity, bFromA: Similarity): Similarity {
  return {
    scale: cFromB.scale * bFromA.scale,
    rotation: multiply3(cFromB.rotation, bFromA.rotation),
    translation: transformBySimilarity(cFromB, bFromA.translation),
  }
}

/** aFromB of bFromA. */
export function invertSimilarity({ scale, rotation, translation }: Similarity): Similarity {
  const back = transpose3(rotation)
  return { scale: 1 / scale, rotation: back, translation: apply3(back, translation).map((value) => -value / scale) }
}

/** Points of a (3 numbers each) in b. */
export function allTransformed(bFromA: Similarity, points: Float64Array): Float64Array {
  const out = new Float64Array(points.length)
  for (let i = 0; i < points.length; i += 3) out.set(transformBySimilarity(bFromA, points.subarray(i, i + 3)), i)
  return out
}

/** The plane through the points becomes the floor, y = 0; the cameras' centres (world) say which side of it is up. */
export function withFloor(
  now: Orientation,
  points: readonly Float64Array[],
  centres: readonly Float64Array[],
): Orientation | null {
  const places = points.map((point) => transformBySimilarity(now, point))
  const plane = planeOf(places)
  if (!plane) return null
  const above = centres.reduce((sum, centre) => {
    const place = transformBySimilarity(now, centre)
    return sum + dot(plane.normal, place) - dot(plane.normal, plane.centre)
  }, 0)
  // Where the cameras do not tell, the side that is up now stays up.
  const side = Math.sign(above) || Math.sign(plane.normal[1] as number) || 1
  const up = plane.normal.map((value) => value * side)
  const turned = turnedAbout(now, plane.centre, turnTo(up, Float64Array.of(0, 1, 0)))
  return moved(turned, Float64Array.of(0, -(plane.centre[1] as number), 0))
}

/** The point becomes the scene's origin. */
export function withOrigin(now: Orientation, point: Float64Array): Orientation {
  return moved(
    now,
    transformBySimilarity(now, point).map((value) => -value),
  )
}

/**
 * The way from one point to another becomes an axis. x and z only turn the scene about y, so that the floor stays; y is for
 * something upright, and tilts it. Null where the points stand one above the other (x, z) or in one place.
 *
 * @param pivot stays where it is: by default the first point; of a camera that only turns, the camera
 */
export function withAxis(
  now: Orientation,
  from: Float64Array,
  to: Float64Array,
  axis: Axis,
  pivot = from,
): Orientation | null {
  const start = transformBySimilarity(now, from)
  const way = transformBySimilarity(now, to).map((value, i) => value - (start[i] as number))
  const length = norm(way)
  if (axis !== 'y') way[1] = 0
  const direction = norm(way) > flatEnough * length ? unit(way) : null
  if (!direction) return null
  const goal = Float64Array.of(Number(axis === 'x'), Number(axis === 'y'), Number(axis === 'z'))
  const still = transformBySimilarity(now, pivot)
  return turnedAbout(now, still, turnTo(direction, goal, axis === 'y' ? null : Float64Array.of(0, 1, 0)))
}

/** Two points get a known distance; the origin stays where it is. Null in one place, or where the distance is not positive. */
export function withDistance(
  now: Orientation,
  from: Float64Array,
  to: Float64Array,
  distance: number,
): Orientation | null {
  const factor = distance / distanceBetween(now, from, to)
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) return null
  return { ...now, scale: now.scale * factor, translation: now.translation.map((value) => value * factor) }
}

/** Of two points of the world, in units of the scene. */
export function distanceBetween({ scale }: Orientation, a: Float64Array, b: Float64Array): number {
  return scale * norm(a.map((value, i) => value - (b[i] as number)))
}

/** A camera's place in the scene, and its axes there as columns: right, up and backwards, as OpenGL has them. */
export function cameraInScene(now: Orientation, camFromWorld: Rigid3) {
  const axes = multiply3(now.rotation, transpose3(camFromWorld.rotation)).map((value, i) =>
    i % 3 === 0 ? value : -value,
  )
  return { position: transformBySimilarity(now, centreOf(camFromWorld)), axes }
}

/** Plane nearest to three points or more (least squares); null where they lie on one line. */
function planeOf(points: readonly Float64Array[]) {
  if (points.length < 3) return null
  const centre = new Float64Array(3)
  for (const point of points) for (let i = 0; i < 3; i++) centre[i] = at(centre, i) + at(point, i) / points.length
  const spread = new Float64Array(9)
  for (const point of points) {
    for (let i = 0; i < 9; i++) {
      const row = Math.floor(i / 3)
      const column = i % 3
      spread[i] = at(spread, i) + (at(point, row) - at(centre, row)) * (at(point, column) - at(centre, column))
    }
  }
  const { s, u } = svd3(spread)
  // Squares: these are variances.
  if (!(at(s, 1) > flatEnough ** 2 * at(s, 0))) return null
  return { centre, normal: Float64Array.of(at(u, 2), at(u, 5), at(u, 8)) }
}

const at = (list: Float64Array, i: number) => list[i] as number

/** The smallest turn that takes one unit vector to another; about `axis` where one is given. */
function turnTo(from: Float64Array, to: Float64Array, axis: Float64Array | null = null): Float64Array {
  const sine = cross(from, to)
  const about = axis ?? unit(sine) ?? perpendicularTo(from)
  const angle = Math.atan2(axis ? dot(sine, axis) : norm(sine), dot(from, to))
  return expSo3(about[0]! * angle, about[1]! * angle, about[2]! * angle)
}

function turnedAbout(now: Orientation, pivot: Float64Array, rotation: Float64Array): Orientation {
  const translation = apply3(rotation, pivot).map((value, i) => at(pivot, i) - value)
  return composeSimilarities({ scale: 1, rotation, translation }, now)
}

function moved(now: Orientation, by: Float64Array): Orientation {
  return { ...now, translation: now.translation.map((value, i) => value + at(by, i)) }
}
