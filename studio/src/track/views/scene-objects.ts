/** The parts of the 3D view: dots, lines and frustums, each made anew when the shot or its placement changes. */
import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Color,
  Float32BufferAttribute,
  Line,
  LineBasicMaterial,
  LineSegments,
  Points,
  PointsMaterial,
  SphereGeometry,
  SRGBColorSpace,
  WireframeGeometry,
  type Object3D,
} from 'three'
import { cameraOf, raysOf } from '#track/geometry/projection.ts'
import { tripodDistance } from '#track/scenes/placement.ts'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'
import type { Rgb } from './colours.ts'
import { cameraInScene, type Orientation } from './orientation.ts'
import { objectLines, type TestObject } from './test-objects.ts'

export interface Dots {
  readonly objects: readonly Object3D[]
  /** For each point whether it is chosen; chosen ones are large and white. */
  select(chosen: readonly boolean[]): void
}

export function dotsOf(places: Float64Array, colours: readonly Rgb[]): Dots {
  const geometry = geometryOf(places)
  const rgb = new Float32Array(places.length)
  const colour = new Color()
  for (const [i, [red, green, blue]] of colours.entries()) {
    colour.setRGB(red / 255, green / 255, blue / 255, SRGBColorSpace).toArray(rgb, 3 * i)
  }
  geometry.setAttribute('color', new BufferAttribute(rgb, 3))
  const all = new Points(geometry, dotMaterial(5, true))
  const chosen = new Points(new BufferGeometry(), dotMaterial(11, false))
  // Over everything: what is chosen must be found.
  chosen.material.depthTest = false
  chosen.renderOrder = 5
  return {
    objects: [all, chosen],
    select(list) {
      const kept = list.flatMap((isChosen, i) => (isChosen ? [...places.subarray(3 * i, 3 * i + 3)] : []))
      chosen.geometry.dispose()
      chosen.geometry = geometryOf(Float64Array.from(kept))
      chosen.visible = kept.length > 0
    },
  }
}

/** One dot, on top of what lies there. */
export function bigDot(places: Float64Array, colour: string, size: number): Points {
  const material = dotMaterial(size, false)
  material.color.set(colour)
  material.depthTest = false
  return new Points(geometryOf(places), material)
}

/** From camera to camera, where both frames were solved; dotted by its cameras. */
export function pathLines(cameras: readonly SolvedCamera[], places: Float64Array, colour: string): Object3D {
  const ends: number[] = []
  for (let i = 1; i < cameras.length; i++) {
    if ((cameras[i]?.frame ?? 0) - (cameras[i - 1]?.frame ?? 0) !== 1) continue
    ends.push(...places.subarray(3 * i - 3, 3 * i + 3))
  }
  return new LineSegments(geometryOf(Float64Array.from(ends)), new LineBasicMaterial({ color: colour }))
}

export const lineOf = (places: Float64Array, colour: string): Line =>
  new Line(geometryOf(places), new LineBasicMaterial({ color: colour }))

/** Pyramids of what the cameras see to a depth, with a mark on the upper edge. */
export function frustumLines(
  shot: SolvedShot,
  orientation: Orientation,
  cameras: readonly SolvedCamera[],
  depth: number,
  colour: string,
): LineSegments {
  const ends: number[] = []
  for (const { camFromWorld, focalPx } of cameras) {
    const { position, axes } = cameraInScene(orientation, camFromWorld)
    const corners = cornerRays(shot, focalPx).map(([x, y]) =>
      [0, 1, 2].map((i) => (position[i] ?? 0) + depth * (x * axes[3 * i]! - y * axes[3 * i + 1]! - axes[3 * i + 2]!)),
    )
    for (const [i, corner] of corners.entries()) {
      ends.push(...position, ...corner, ...corner, ...(corners[(i + 1) % 4] ?? corner))
    }
    const [a, b, c, d] = corners as [number[], number[], number[], number[]]
    const tip = a.map((value, i) => (value + b[i]!) / 2 + 0.18 * (value - d[i]! + b[i]! - c[i]!))
    for (const corner of [a, b])
      ends.push(...corner.map((value, i) => value + 0.3 * ((corner === a ? b : a)[i]! - value)), ...tip)
  }
  return new LineSegments(geometryOf(Float64Array.from(ends)), new LineBasicMaterial({ color: colour }))
}

/** Where the corners of the picture look, clockwise from the top left: (x, y) at depth 1, y down. */
function cornerRays({ intrinsics }: SolvedShot, focalPx: number): readonly (readonly [number, number])[] {
  const { widthPx: w, heightPx: h } = intrinsics
  const corners = Float64Array.of(0, 0, w, 0, w, h, 0, h)
  const pinhole = raysOf(cameraOf({ ...intrinsics, focalPx, lens: { model: 'none' } }), corners)
  const rays = raysOf(cameraOf({ ...intrinsics, focalPx }), corners)
  // A lens may have no ray for a corner; the frustum is only a sign there.
  return [0, 1, 2, 3].map((i) =>
    Number.isNaN(rays[2 * i]) ? [pinhole[2 * i]!, pinhole[2 * i + 1]!] : [rays[2 * i]!, rays[2 * i + 1]!],
  )
}

/** A test object's edges. */
export function testObjectLines(object: TestObject, orientation: Orientation): LineSegments {
  const { positions, colours } = objectLines(object, orientation)
  const geometry = new BufferGeometry()
  geometry.setAttribute('position', new Float32BufferAttribute(positions, 3))
  const rgb = colours.flatMap((colour) => new Color(colour).toArray())
  geometry.setAttribute('color', new Float32BufferAttribute(rgb, 3))
  return new LineSegments(geometry, new LineBasicMaterial({ vertexColors: true }))
}

/** The sphere on which the points of a camera that only turns stand. */
export function skyLines({ scale, translation }: Orientation): LineSegments {
  const ball = new SphereGeometry(tripodDistance * scale, 24, 12)
  const lines = new LineSegments(
    new WireframeGeometry(ball),
    new LineBasicMaterial({ color: '#3a3d44', transparent: true, opacity: 0.35, depthWrite: false }),
  )
  ball.dispose()
  lines.position.set(translation[0]!, translation[1]!, translation[2]!)
  return lines
}

function geometryOf(places: Float64Array): BufferGeometry {
  const geometry = new BufferGeometry()
  geometry.setAttribute('position', new BufferAttribute(Float32Array.from(places), 3))
  return geometry
}

let disc: CanvasTexture | null = null

function dotMaterial(size: number, vertexColors: boolean): PointsMaterial {
  const ratio = Math.min(2, window.devicePixelRatio)
  return new PointsMaterial({
    size: size * ratio,
    sizeAttenuation: false,
    vertexColors,
    map: discTexture(),
    alphaTest: 0.4,
  })
}

/** Dots are round. Shared by all of them. */
function discTexture(): CanvasTexture {
  if (disc) return disc
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 64
  const g = canvas.getContext('2d')
  if (g) {
    g.fillStyle = '#fff'
    g.beginPath()
    g.arc(32, 32, 30, 0, 2 * Math.PI)
    g.fill()
  }
  disc = new CanvasTexture(canvas)
  return disc
}
