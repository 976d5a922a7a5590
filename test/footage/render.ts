/**
 * Renders flat textured rectangles through a camera with a lens, exactly: each pixel's samples are rays, and what they
 * hit is computed per face by one 3 x 3 matrix (u/z, v/z and 1/z are linear in a ray's direction). A pixel is the mean of
 * its samples over its square and over the time that the shutter is open; both sets of samples have their mean in the
 * middle, so that a small thing's centroid lies where its centre projects.
 *
 * World: z up, metres. Camera: x right, y down, z forward.
 */
import { sample, type Texture } from './texture.ts'
import type { TrueCamera, Vector } from './truth.ts'

/** A rectangle, seen only from the side on which u runs to the right and v down; its corner is the upper left one. */
export interface Face {
  readonly corner: Vector
  readonly u: Vector
  readonly v: Vector
  readonly texture: Texture
  /** Colours of texture values 0 and 1, red, green, blue from 0 to 255. */
  readonly dark: Vector
  readonly light: Vector
}

export interface Sky {
  readonly horizon: Vector
  readonly zenith: Vector
}

/** What there is to see at a moment: a time in frames, not necessarily whole. */
export interface View {
  camera(time: number): TrueCamera
  faces(time: number): readonly Face[]
  readonly sky: Sky
}

export interface Quality {
  /** Samples per pixel, a power of two. */
  readonly samples: number
  /** Share of a frame's time that the shutter is open; the pose is that of its middle. */
  readonly shutter: number
}

/** `luma`: one channel, BT.709 weights; `rgb`: three. */
export type Channels = 'luma' | 'rgb'

/** Mean colours of a picture, row by row, 0 to 255, before any rounding. */
export function render(
  view: View,
  time: number,
  size: { widthPx: number; heightPx: number },
  quality: Quality,
  channels: Channels,
): Float32Array {
  const { widthPx, heightPx } = size
  const count = channels === 'luma' ? 1 : 3
  const sum = new Float32Array(widthPx * heightPx * count)
  const { samples, shutter } = quality
  const scratch = makeScratch(widthPx, heightPx)
  for (let k = 0; k < samples; k++) {
    const offset: [number, number] = [(k + 0.5) / samples - 0.5, (reversed(k, samples) + 0.5) / samples - 0.5]
    const at = time + shutter * ((reversed((k * 5 + 3) % samples, samples) + 0.5) / samples - 0.5)
    pass(view, shutter > 0 ? at : time, offset, scratch, sum, count)
  }
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) / samples
  return sum
}

/** Bits of k turned round: the van der Corput order, which spreads samples evenly. */
function reversed(k: number, samples: number): number {
  let out = 0
  for (let bit = 1; bit < samples; bit <<= 1) out = out * 2 + (k & bit ? 1 : 0)
  return out
}

interface Scratch {
  readonly widthPx: number
  readonly heightPx: number
  /** Directions of the rays; the third component is 1. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Nearness (1/z) of what was hit, 0 for the sky, and which face it was. */
  readonly nearness: Float64Array
  readonly face: Int16Array
}

function makeScratch(widthPx: number, heightPx: number): Scratch {
  const n = widthPx * heightPx
  return {
    widthPx,
    heightPx,
    x: new Float64Array(n),
    y: new Float64Array(n),
    nearness: new Float64Array(n),
    face: new Int16Array(n),
  }
}

/** One sample of every pixel, at one moment. */
function pass(
  view: View,
  time: number,
  offset: readonly [number, number],
  scratch: Scratch,
  sum: Float32Array,
  count: number,
): void {
  const camera = view.camera(time)
  castRays(camera, offset, scratch)
  scratch.nearness.fill(0)
  scratch.face.fill(-1)
  const seen = view.faces(time).flatMap((face) => inCamera(face, camera) ?? [])
  for (const [index, plane] of seen.entries()) cover(plane, index, boundsOf(plane, camera, scratch), scratch)
  shadeAll(seen, view.sky, camera, scratch, sum, count)
}

function castRays(camera: TrueCamera, offset: readonly [number, number], scratch: Scratch): void {
  const { widthPx, heightPx, x, y } = scratch
  const undo = undistortion(camera, widthPx, heightPx)
  for (let j = 0, at = 0; j < heightPx; j++) {
    const yd = (j + 0.5 + offset[1] - camera.cy) / camera.focalPx
    for (let i = 0; i < widthPx; i++, at++) {
      const xd = (i + 0.5 + offset[0] - camera.cx) / camera.focalPx
      const s = undo === null ? 1 : undo(xd * xd + yd * yd)
      x[at] = xd * s
      y[at] = yd * s
    }
  }
}

/** Factor from distorted to ideal rays by squared radius, from a table of 4,096 (error below 1e-5 px); null: no lens. */
function undistortion(camera: TrueCamera, widthPx: number, heightPx: number): ((r2: number) => number) | null {
  const { k1, k2, focalPx } = camera
  if (k1 === 0 && k2 === 0) return null
  const end = ((widthPx + 2) ** 2 + (heightPx + 2) ** 2) / 4 / focalPx ** 2
  const table = new Float64Array(4098)
  for (let k = 0; k < table.length; k++) {
    const rd = Math.sqrt((k / 4096) * end)
    let r = rd
    for (let round = 0; round < 30; round++)
      r -= (r * (1 + r * r * (k1 + r * r * k2)) - rd) / (1 + r * r * (3 * k1 + 5 * r * r * k2))
    table[k] = rd === 0 ? 1 : r / rd
  }
  return (r2) => {
    const at = (r2 / end) * 4096
    const k = Math.min(4096, Math.floor(at))
    const low = table[k] as number
    return low + ((table[k + 1] as number) - low) * (at - k)
  }
}

interface Plane {
  readonly face: Face
  /** Rows: (u/z, v/z, 1/z) of a ray (x, y, 1). */
  readonly rows: Float64Array
  /** Corners in camera coordinates. */
  readonly corners: readonly (readonly number[])[]
}

const nearest = 0.02

function inCamera(face: Face, camera: TrueCamera): Plane | null {
  const turn = (p: Vector) =>
    [0, 3, 6].map((k) => p.reduce((s, v, i) => s + v * (camera.rotation[k + i] ?? 0), 0)) as [number, number, number]
  const { corner, u, v } = face
  const c = camera.centre
  const o = turn([corner[0] - c[0], corner[1] - c[1], corner[2] - c[2]])
  const a = turn(u)
  const b = turn(v)
  const n = cross(a, b)
  const facing = dot(n, o)
  if (facing <= 1e-12) return null // from behind, or edge on
  const corners = [o, plus(o, a), plus(plus(o, a), b), plus(o, b)]
  if (corners.every((p) => (p[2] ?? 0) < nearest)) return null
  const rows = Float64Array.from([...cross(b, o), ...cross(o, a), ...n], (w) => w / facing)
  return { face, rows, corners }
}

/** Columns and rows that a face can touch; its edges are followed in steps, since a lens bends them. */
function boundsOf(plane: Plane, camera: TrueCamera, size: Scratch): readonly [number, number, number, number] {
  const all = [0, 0, size.widthPx - 1, size.heightPx - 1] as const
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let k = 0; k < 4; k++) {
    const [p = [], q = []] = [plane.corners[k], plane.corners[(k + 1) % 4]]
    for (let step = 0; step < 8; step++) {
      const [x = 0, y = 0, z = 0] = p.map((w, i) => w + ((q[i] ?? 0) - w) * (step / 8))
      if (z < nearest) return all
      const r2 = (x / z) ** 2 + (y / z) ** 2
      const s = 1 + r2 * (camera.k1 + r2 * camera.k2)
      if (s < 0.5 || r2 > 9) return all // out there the lens turns back on itself
      const [px, py] = [camera.cx + (camera.focalPx * x * s) / z, camera.cy + (camera.focalPx * y * s) / z]
      ;[x0, y0, x1, y1] = [Math.min(x0, px), Math.min(y0, py), Math.max(x1, px), Math.max(y1, py)]
    }
  }
  const margin = camera.k1 === 0 && camera.k2 === 0 ? 2 : 2 + 0.02 * Math.max(x1 - x0, y1 - y0)
  return [
    Math.max(0, Math.floor(x0 - margin)),
    Math.max(0, Math.floor(y0 - margin)),
    Math.min(size.widthPx - 1, Math.ceil(x1 + margin)),
    Math.min(size.heightPx - 1, Math.ceil(y1 + margin)),
  ]
}

/** Marks the rays that meet this face before any other so far. */
function cover(plane: Plane, index: number, bounds: readonly [number, number, number, number], scratch: Scratch): void {
  const { widthPx, x, y, nearness, face } = scratch
  const [a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0, c0 = 0, c1 = 0, c2 = 0] = plane.rows
  const [left, top, right, bottom] = bounds
  for (let j = top; j <= bottom; j++)
    for (let at = j * widthPx + left, end = j * widthPx + right; at <= end; at++) {
      const rx = x[at] as number
      const ry = y[at] as number
      const near = c0 * rx + c1 * ry + c2
      if (near <= (nearness[at] as number)) continue
      const u = a0 * rx + a1 * ry + a2
      const v = b0 * rx + b1 * ry + b2
      if (u < 0 || v < 0 || u > near || v > near) continue
      nearness[at] = near
      face[at] = index
    }
}

function shadeAll(
  planes: readonly Plane[],
  sky: Sky,
  camera: TrueCamera,
  scratch: Scratch,
  sum: Float32Array,
  count: number,
): void {
  const { x, y, nearness, face } = scratch
  const colours = planes.map((p) => inChannels(p.face.dark, p.face.light, count))
  const above = inChannels(sky.horizon, sky.zenith, count)
  const r = camera.rotation
  for (let at = 0; at < face.length; at++) {
    const index = face[at] as number
    const rx = x[at] as number
    const ry = y[at] as number
    const plane = planes[index]
    let value: number
    let pair = above
    if (plane) {
      value = textureAt(plane, rx, ry, nearness[at] as number, camera.focalPx)
      pair = colours[index] as Float64Array
    } else {
      const up = (r[2] as number) * rx + (r[5] as number) * ry + (r[8] as number)
      value = Math.min(1, Math.max(0, up / Math.sqrt(rx * rx + ry * ry + 1)))
    }
    for (let c = 0; c < count; c++) {
      const dark = pair[2 * c] as number
      sum[at * count + c] = (sum[at * count + c] as number) + dark + ((pair[2 * c + 1] as number) - dark) * value
    }
  }
}

/** Texture value of a ray, from the halved copy whose texels are about as large as a sample. */
function textureAt(plane: Plane, rx: number, ry: number, near: number, focalPx: number): number {
  const { rows, face } = plane
  const full = face.texture.levels[0]
  if (!full) return 0
  const [a0, a1, a2] = [rows[0] as number, rows[1] as number, rows[2] as number]
  const [b0, b1, b2] = [rows[3] as number, rows[4] as number, rows[5] as number]
  const [c0, c1] = [rows[6] as number, rows[7] as number]
  const u = (a0 * rx + a1 * ry + a2) / near
  const v = (b0 * rx + b1 * ry + b2) / near
  const scale = 1 / (near * focalPx)
  const ux = (a0 - u * c0) * scale * full.width
  const uy = (a1 - u * c1) * scale * full.width
  const vx = (b0 - v * c0) * scale * full.height
  const vy = (b1 - v * c1) * scale * full.height
  const major = Math.max(ux * ux + vx * vx, uy * uy + vy * vy)
  const area = Math.abs(ux * vy - uy * vx)
  // Between the footprint's length and its size; one level finer, since a pixel has several samples.
  return sample(face.texture, u, v, 0.25 * Math.log2(Math.max(1e-12, major * area)) - 0.75)
}

/** Pairs dark, light for each channel. */
function inChannels(dark: Vector, light: Vector, count: number): Float64Array {
  const luma = (c: Vector) => 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
  if (count === 1) return Float64Array.of(luma(dark), luma(light))
  return Float64Array.of(dark[0], light[0], dark[1], light[1], dark[2], light[2])
}

export const cross = (a: Vector, b: Vector): [number, number, number] => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const plus = (a: Vector, b: Vector): [number, number, number] => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
