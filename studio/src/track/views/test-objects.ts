/**
 * Things put into the footage to see whether the camera is right: they stand still where it is, and slide where it is not.
 *
 * Shapes are made in their own unit (foot at the origin, y up, size 1), stand at a point of the solver's world, upright and
 * headed as the scene is, and are seen through the solved camera with its lens: edges are cut at the camera's plane and drawn
 * as many short pieces where the lens bends them. Painter's order: what is farther comes first.
 */
import { type Similarity, transformBySimilarity } from '#track/estimate/similarity.ts'
import { apply3, multiply3, transpose3 } from '#track/geometry/linear.ts'
import { cameraOf, pixelOfRay, type Camera } from '#track/geometry/projection.ts'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'

export const objectKinds = ['cube', 'cone', 'pole', 'grid', 'axes'] as const
export type ObjectKind = (typeof objectKinds)[number]

export interface TestObject {
  readonly id: number
  readonly kind: ObjectKind
  /** Id of the track it stands on, for the list of objects. */
  readonly track: number | null
  /** Its foot, in the solver's world. */
  readonly at: readonly [number, number, number]
  /** Height of a cube, cone, pole or axis, side of a square of the grid; in units of the world. */
  readonly size: number
}

/** A piece of a picture of an object: a filled polygon or a line, in pixels of the footage (x, y in turn). */
export interface Piece {
  readonly kind: 'face' | 'line'
  readonly pixels: Float64Array
  readonly colour: string
  /** 0 dark to 1 light: how a face is lit. */
  readonly light: number
  /** A face with an edge of its own: no piece of something round. */
  readonly hasRim: boolean
  /** Mean depth in front of the camera, units of the world. */
  readonly depth: number
}

interface Part {
  readonly kind: 'face' | 'line'
  /** Corners, 3 numbers each. */
  readonly corners: readonly number[]
  readonly colour: string
  readonly light: number
  readonly isRound?: true
}

/** Squares of the floor grid on each side of its middle. */
const gridReach = 5
/** Nothing nearer to the camera than this share of the object's size is drawn. */
const nearShare = 0.01
/** Pieces that an edge is drawn in where a lens bends it. */
const bentPieces = 12

const colours = {
  solid: '#f2b84b',
  grid: '#8fd0ff',
  red: '#ff6b5e',
  white: '#f4f4f4',
  x: '#ff6b5e',
  y: '#7ddc8c',
  z: '#6fabff',
}

/**
 * How an object looks in a frame, back to front; empty where nothing of it lies before the camera.
 *
 * @param worldFromSceneRotation rows as in `Orientation.rotation`, transposed: turns the object upright
 */
export function seenObject(
  object: TestObject,
  shot: Pick<SolvedShot, 'intrinsics'>,
  { camFromWorld, focalPx }: Pick<SolvedCamera, 'camFromWorld' | 'focalPx'>,
  sceneFromWorldRotation: Float64Array,
): readonly Piece[] {
  const camera = cameraOf({ ...shot.intrinsics, focalPx })
  const turn = multiply3(camFromWorld.rotation, transpose3(sceneFromWorldRotation))
  const foot = apply3(camFromWorld.rotation, Float64Array.from(object.at))
  for (let i = 0; i < 3; i++) foot[i] = (foot[i] as number) + (camFromWorld.translation[i] as number)
  const place = new Float64Array(3)
  const pieces = partsOf(object.kind).flatMap((part): readonly Piece[] => {
    const corners: number[] = []
    for (let i = 0; i < part.corners.length; i += 3) {
      for (let j = 0; j < 3; j++) place[j] = (part.corners[i + j] as number) * object.size
      apply3(turn, place, place)
      for (let j = 0; j < 3; j++) corners.push((place[j] as number) + (foot[j] as number))
    }
    return seenPart(part, corners, camera, nearShare * object.size)
  })
  return pieces.toSorted((a, b) => b.depth - a.depth)
}

/** The edges of an object in the scene, for the 3D view: pairs of ends, 3 numbers each, and a colour for each end. */
export function objectLines(object: TestObject, sceneFromWorld: Similarity) {
  const foot = transformBySimilarity(sceneFromWorld, Float64Array.from(object.at))
  const size = object.size * sceneFromWorld.scale
  const positions: number[] = []
  const colours: string[] = []
  for (const { kind, corners, colour } of partsOf(object.kind)) {
    const count = corners.length / 3
    for (let i = 0; i < (kind === 'face' ? count : count - 1); i++) {
      for (const corner of [i, (i + 1) % count]) {
        for (let j = 0; j < 3; j++) positions.push((foot[j] as number) + size * (corners[3 * corner + j] as number))
        colours.push(colour)
      }
    }
  }
  return { positions, colours }
}

/** One part, its corners in camera coordinates; a line that the camera's plane cuts may be left in one piece or none. */
function seenPart(part: Part, corners: readonly number[], camera: Camera, near: number): readonly Piece[] {
  const isFace = part.kind === 'face'
  const kept = beforeCamera(corners, near, isFace)
  const count = kept.length / 3
  if (count < (isFace ? 3 : 2)) return []
  const steps = camera.lens.model === 'none' ? 1 : bentPieces
  const edges = isFace ? count : count - 1
  const pixels = new Float64Array(2 * (edges * steps + (isFace ? 0 : 1)))
  let depth = 0
  for (let i = 0; i < pixels.length / 2; i++) {
    const from = 3 * Math.floor(i / steps)
    const to = 3 * ((Math.floor(i / steps) + 1) % count)
    const share = (i % steps) / steps
    const mix = (axis: number) => kept[from + axis]! + share * ((kept[to + axis] ?? 0) - kept[from + axis]!)
    const z = mix(2)
    depth += z / (pixels.length / 2)
    // Beyond the fold of the lens there is no picture, and half a face would be a wrong one.
    if (!pixelOfRay(camera, mix(0) / z, mix(1) / z, pixels, 2 * i)) return []
  }
  return [{ kind: part.kind, pixels, colour: part.colour, light: part.light, hasRim: !part.isRound, depth }]
}

/** What of a polygon or polyline lies in front of the plane z = near (Sutherland and Hodgman 1974, one plane). */
function beforeCamera(corners: readonly number[], near: number, closed: boolean): readonly number[] {
  const count = corners.length / 3
  const kept: number[] = []
  for (let i = 0; i < count; i++) {
    const a = corners.slice(3 * i, 3 * i + 3) as [number, number, number]
    if (a[2] >= near) kept.push(...a)
    if (!closed && i === count - 1) break
    const next = 3 * ((i + 1) % count)
    const b = corners.slice(next, next + 3) as [number, number, number]
    if (a[2] >= near === b[2] >= near) continue
    const share = (near - a[2]) / (b[2] - a[2])
    kept.push(a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), near)
  }
  return kept
}

const shapes = new Map<ObjectKind, readonly Part[]>()

function partsOf(kind: ObjectKind): readonly Part[] {
  let parts = shapes.get(kind)
  if (!parts) shapes.set(kind, (parts = makers[kind]()))
  return parts
}

const makers: Readonly<Record<ObjectKind, () => readonly Part[]>> = { cube, cone, pole, grid, axes }

function cube(): readonly Part[] {
  const corner = (x: number, y: number, z: number) => [x - 0.5, y, z - 0.5]
  const face = (light: number, ...corners: number[][]): Part => ({
    kind: 'face',
    corners: corners.flat(),
    colour: colours.solid,
    light,
  })
  const [a, b, c, d] = [corner(0, 0, 0), corner(1, 0, 0), corner(1, 0, 1), corner(0, 0, 1)]
  const [e, f, g, h] = [corner(0, 1, 0), corner(1, 1, 0), corner(1, 1, 1), corner(0, 1, 1)]
  return [
    face(0.2, a, b, c, d),
    face(1, e, f, g, h),
    face(0.5, a, b, f, e),
    face(0.75, b, c, g, f),
    face(0.6, c, d, h, g),
    face(0.4, d, a, e, h),
  ]
}

const circlePieces = 24

function circlePoint(i: number, radius: number): readonly number[] {
  const angle = (2 * Math.PI * i) / circlePieces
  return [radius * Math.cos(angle), 0, radius * Math.sin(angle)]
}

function cone(): readonly Part[] {
  const around = Array.from({ length: circlePieces }, (_, i) => i)
  const side = (i: number): Part => ({
    kind: 'face',
    corners: [...circlePoint(i, 0.4), ...circlePoint(i + 1, 0.4), 0, 1, 0],
    colour: colours.solid,
    light: 0.6 + 0.4 * Math.cos((2 * Math.PI * (i + 0.5)) / circlePieces - 0.8),
    isRound: true,
  })
  const base = around.flatMap((i) => circlePoint(i, 0.4))
  return [...around.map(side), { kind: 'face', corners: base, colour: colours.solid, light: 0.2 }]
}

/** As tall as a person: ten bands, and a ring on the floor around its foot. */
function pole(): readonly Part[] {
  const bands = Array.from(
    { length: 10 },
    (_, i): Part => ({
      kind: 'line',
      corners: [0, i / 10, 0, 0, (i + 1) / 10, 0],
      colour: i % 2 === 0 ? colours.red : colours.white,
      light: 1,
    }),
  )
  const ring = Array.from({ length: circlePieces + 1 }, (_, i) => circlePoint(i, 0.2)).flat()
  return [{ kind: 'line', corners: ring, colour: colours.white, light: 1 }, ...bands]
}

function grid(): readonly Part[] {
  return Array.from({ length: 2 * gridReach + 1 }, (_, i) => i - gridReach).flatMap((n): Part[] => {
    const line = (...corners: number[]): Part => ({
      kind: 'line',
      corners,
      colour: colours.grid,
      light: n === 0 ? 1 : 0.6,
    })
    return [line(n, 0, -gridReach, n, 0, gridReach), line(-gridReach, 0, n, gridReach, 0, n)]
  })
}

function axes(): readonly Part[] {
  const axis = (name: 'x' | 'y' | 'z', x: number, y: number, z: number): Part => ({
    kind: 'line',
    corners: [0, 0, 0, x, y, z],
    colour: colours[name],
    light: 1,
  })
  return [axis('x', 1, 0, 0), axis('y', 0, 1, 0), axis('z', 0, 0, 1)]
}
