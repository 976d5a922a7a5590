/**
 * Pictures as the reference kernel holds them: float planes at halving sizes, each with a rim of repeated border pixels so
 * that a four-tap kernel at any place inside the picture needs no test for the border.
 *
 * Inside the kernels a position is (u, v) = (x - 0.5, y - 0.5): pixel centres are whole numbers, and since a halved pixel
 * sits on an even pixel of the finer plane, (u, v) of level l is (u, v) / 2^l.
 *
 * Burt and Adelson, "The Laplacian Pyramid as a Compact Image Code", 1983 (the 5-tap binomial kernel).
 */
import type { LumaFrame } from '../frames.ts'
import { half, type Pyramid } from '../kernel.ts'

/** Pixels repeated beyond each border. A 4-tap kernel reaches 2, and the last vector of a row 3 more. */
export const rim = 4

/** Halving stops before a side falls below this: nothing can be told apart in fewer pixels. */
export const smallestSide = 8

export interface Plane {
  readonly data: Float32Array
  readonly width: number
  readonly height: number
  readonly stride: number
  /** Index of pixel (0, 0). */
  readonly origin: number
}

/** The frame in whole numbers 0 to 255, for exact correlation. */
export interface BytePlane {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

export class ReferencePyramid implements Pyramid {
  readonly widthPx: number
  readonly heightPx: number
  readonly levels: number
  #planes: readonly Plane[] | null
  readonly bytes: BytePlane

  constructor(bytes: BytePlane, planes: readonly Plane[]) {
    this.widthPx = bytes.width
    this.heightPx = bytes.height
    this.levels = planes.length
    this.bytes = bytes
    this.#planes = planes
  }

  plane(level: number): Plane {
    const plane = this.#planes?.[level]
    if (plane === undefined) throw new Error(this.#planes === null ? 'released pyramid' : `no level ${level}`)
    return plane
  }

  release(): void {
    this.#planes = null
  }
}

export function buildPyramid(frame: LumaFrame, levels: number): ReferencePyramid {
  const { widthPx: width, heightPx: height, luma } = frame
  const deep = luma instanceof Uint16Array
  const base = emptyPlane(width, height)
  const scale = deep ? 255 / 65535 : 1
  for (let y = 0, i = 0; y < height; y++) {
    const row = base.origin + y * base.stride
    for (let x = 0; x < width; x++, i++) base.data[row + x] = luma[i]! * scale
  }
  repeatBorder(base)
  // A copy: the frame's bytes belong to the caller, who may reuse them.
  const bytes = deep ? Uint8Array.from(luma, (sample) => (sample * scale + 0.5) | 0) : Uint8Array.from(luma)
  const planes = [base]
  for (let l = 1, plane = base; l < levels && canHalve(plane.width, plane.height); l++) {
    plane = halve(plane)
    planes.push(plane)
  }
  return new ReferencePyramid({ data: bytes, width, height }, planes)
}

export const canHalve = (width: number, height: number): boolean => Math.min(half(width), half(height)) >= smallestSide

function emptyPlane(width: number, height: number): Plane {
  const stride = (width + 2 * rim + 3) & ~3
  return {
    data: new Float32Array(stride * (height + 2 * rim)),
    width,
    height,
    stride,
    origin: rim * stride + rim,
  }
}

/** Fills the rim with the nearest pixel of the picture. */
function repeatBorder({ data, width, height, stride, origin }: Plane): void {
  for (let y = 0; y < height; y++) {
    const row = origin + y * stride
    data.fill(data[row]!, row - rim, row)
    data.fill(data[row + width - 1]!, row + width, row - rim + stride)
  }
  const first = origin - rim
  const last = first + (height - 1) * stride
  for (let y = 1; y <= rim; y++) {
    data.copyWithin(first - y * stride, first, first + stride)
    data.copyWithin(last + y * stride, last, last + stride)
  }
}

/** Binomial 5 x 5, then every second pixel of every second row, from the first. */
function halve(fine: Plane): Plane {
  const coarse = emptyPlane(half(fine.width), half(fine.height))
  const { data: source, stride } = fine
  const column = new Float32Array(fine.width + 2 * rim)
  for (let y = 0; y < coarse.height; y++) {
    const row = fine.origin + 2 * y * stride - rim
    for (let x = 0; x < column.length; x++) {
      const i = row + x
      column[x] =
        (source[i - 2 * stride]! +
          source[i + 2 * stride]! +
          4 * (source[i - stride]! + source[i + stride]!) +
          6 * source[i]!) /
        16
    }
    const out = coarse.origin + y * coarse.stride
    for (let x = 0; x < coarse.width; x++) {
      const i = 2 * x + rim
      coarse.data[out + x] =
        (column[i - 2]! + column[i + 2]! + 4 * (column[i - 1]! + column[i + 1]!) + 6 * column[i]!) / 16
    }
  }
  repeatBorder(coarse)
  return coarse
}
