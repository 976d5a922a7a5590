/** A solved shot as places in the scene: what the 3D view draws and clicks are compared with. */
import { transformBySimilarity } from '#track/estimate/similarity.ts'
import { cameraOf, raysOf } from '#track/geometry/projection.ts'
import { tripodDistance } from '#track/scenes/placement.ts'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'
import { cameraInScene, type Orientation } from './orientation.ts'
import { quantile } from './run-figures.ts'

/** Points in the scene, 3 numbers each, in the order of `shot.points`. Those of a tripod shot lie on a sphere. */
export function pointPlaces(shot: SolvedShot, now: Orientation): Float64Array {
  const places = new Float64Array(3 * shot.points.length)
  for (const [i, { xyz }] of shot.points.entries()) {
    places.set(transformBySimilarity(now, pointInWorld(shot, xyz)), 3 * i)
  }
  return places
}

/** A point of a shot in its world; the directions of a tripod shot stand as far away as they are exported. */
export const pointInWorld = ({ motion }: Pick<SolvedShot, 'motion'>, xyz: readonly [number, number, number]) =>
  Float64Array.from(xyz, (value) => (motion === 'tripod' ? value * tripodDistance : value))

/**
 * One place for each camera, 3 numbers each: where it stands. A camera that only turns stands in one place, so it is where
 * it looks, on the sphere of its points.
 */
export function pathPlaces(shot: SolvedShot, now: Orientation): Float64Array {
  const places = new Float64Array(3 * shot.cameras.length)
  const reach = shot.motion === 'tripod' ? tripodDistance * now.scale : 0
  for (const [i, { camFromWorld }] of shot.cameras.entries()) {
    const { position, axes } = cameraInScene(now, camFromWorld)
    for (let j = 0; j < 3; j++) places[3 * i + j] = (position[j] as number) - reach * (axes[3 * j + 2] as number)
  }
  return places
}

export interface Ball {
  readonly centre: readonly [number, number, number]
  readonly radius: number
}

/** What a first look should show: nine tenths of the points and all of the path, so that a few far points do not count. */
export function extentOf(points: Float64Array, path: Float64Array): Ball {
  const all = points.length > 0 ? points : path
  const middle = (axis: number) => quantile(axisOf(all, axis), 0.5) ?? 0
  const centre = [middle(0), middle(1), middle(2)] as const
  const distances = (places: Float64Array) =>
    axisOf(places, 0).map((x, i) =>
      Math.hypot(x - centre[0], (places[3 * i + 1] as number) - centre[1], (places[3 * i + 2] as number) - centre[2]),
    )
  const radius = Math.max(quantile(distances(points), 0.9) ?? 0, ...distances(path))
  return { centre, radius: radius > 0 ? radius : 1 }
}

/** Where the floor is drawn while nobody said where it is: under nearly all points. */
export const lowestOf = (points: Float64Array): number => quantile(axisOf(points, 1), 0.03) ?? 0

function axisOf(places: Float64Array, axis: number): number[] {
  return Array.from({ length: places.length / 3 }, (_, i) => places[3 * i + axis] as number)
}

/** A step of 1, 2 or 5 times a power of ten, near to a length. */
export function roundStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length))
  const share = length / power
  return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10)
}

/** Side of a square of the floor: about six of them reach from the middle of a scene to its border. */
export const floorStep = ({ radius }: Ball): number => roundStep(radius / 6)

export interface ImagePlane {
  /** In camera coordinates at depth 1 (x right, y up, z backwards), 3 numbers for each vertex of the grid. */
  readonly positions: Float32Array
  /** 2 for each vertex, from the bottom left, as textures have them. */
  readonly uvs: Float32Array
  readonly indices: readonly number[]
}

export const planeColumns = 24
export const planeRows = 14

/**
 * The picture as the camera sees it, as a grid that undoes the lens: each vertex lies on the ray of its pixel. What no ray
 * reaches is left out.
 */
export function imagePlane({ intrinsics }: SolvedShot, { focalPx }: Pick<SolvedCamera, 'focalPx'>): ImagePlane {
  const [columns, rows] = [planeColumns, planeRows]
  const pixels = new Float64Array(2 * (columns + 1) * (rows + 1))
  const uvs = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length / 2; i++) {
    const u = (i % (columns + 1)) / columns
    const v = Math.floor(i / (columns + 1)) / rows
    pixels.set([u * intrinsics.widthPx, v * intrinsics.heightPx], 2 * i)
    uvs.set([u, 1 - v], 2 * i)
  }
  const rays = raysOf(cameraOf({ ...intrinsics, focalPx }), pixels)
  const positions = new Float32Array(1.5 * pixels.length)
  for (let i = 0; i < rays.length / 2; i++)
    positions.set([rays[2 * i] || 0, -(rays[2 * i + 1] as number) || 0, -1], 3 * i)
  const isThere = (vertex: number) => Number.isFinite(rays[2 * vertex] as number)
  const indices: number[] = []
  for (let cell = 0; cell < columns * rows; cell++) {
    const a = Math.floor(cell / columns) * (columns + 1) + (cell % columns)
    const square = [a, a + columns + 1, a + 1, a + 1, a + columns + 1, a + columns + 2]
    if (square.every(isThere)) indices.push(...square)
  }
  return { positions, uvs, indices }
}

/** The nearest of some places on the screen (2 numbers each, NaN where it is not seen), within reach; -1 of none. */
export function nearestOnScreen(places: Float32Array, x: number, y: number, reachPx: number): number {
  let best = -1
  let least = reachPx * reachPx
  for (let i = 0; i < places.length / 2; i++) {
    const square = ((places[2 * i] as number) - x) ** 2 + ((places[2 * i + 1] as number) - y) ** 2
    if (!(square < least)) continue
    least = square
    best = i
  }
  return best
}
