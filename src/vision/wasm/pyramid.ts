/** Pyramids in the memory of the module; `assembly/layout.ts` says how they lie there. */
import type { LumaFrame } from '../frames.ts'
import { half, type Pyramid } from '../kernel.ts'
import { canHalve, rim } from '../reference/plane.ts'
import type { Arena } from './arena.ts'
import type { Exports } from './engine.ts'
import type { WorkSpace } from './work-space.ts'

/** Bytes behind a plane, which whole vectors may read. */
const slack = 64
const levelBytes = 16
const headBytes = 16

export class WasmPyramid implements Pyramid {
  readonly widthPx: number
  readonly heightPx: number
  readonly levels: number
  readonly #arena: Arena
  readonly #size: number
  #address: number | null

  constructor(arena: Arena, { widthPx, heightPx }: LumaFrame, levels: number) {
    const sizes = levelSizes(widthPx, heightPx, levels)
    this.widthPx = widthPx
    this.heightPx = heightPx
    this.levels = sizes.length
    const head = align(headBytes + sizes.length * levelBytes)
    const planes = sizes.map(({ stride, height }) => align(4 * stride * (height + 2 * rim) + slack))
    this.#size = head + align(widthPx * heightPx + slack) + planes.reduce((sum, bytes) => sum + bytes, 0)
    this.#arena = arena
    const address = arena.allocate(this.#size)
    this.#address = address
    const table = new Int32Array(arena.memory.buffer, address, head / 4)
    let at = address + head
    table.set([sizes.length, at])
    at += align(widthPx * heightPx + slack)
    for (const [l, { width, height, stride }] of sizes.entries()) {
      table.set([at + 4 * rim * (stride + 1), width, height, stride], (headBytes + l * levelBytes) / 4)
      at += planes[l] ?? 0
    }
  }

  get address(): number {
    if (this.#address === null) throw new Error('released pyramid')
    return this.#address
  }

  level(index: number): number {
    return this.address + headBytes + index * levelBytes
  }

  get bytes(): number {
    return new Uint32Array(this.#arena.memory.buffer, this.address, 2)[1] ?? 0
  }

  release(): void {
    if (this.#address !== null) this.#arena.release(this.#address, this.#size)
    this.#address = null
  }
}

const align = (bytes: number) => Math.ceil(bytes / slack) * slack

function levelSizes(width: number, height: number, levels: number) {
  const sizes = []
  for (let l = 0, w = width, h = height; l < levels; l++, w = half(w), h = half(h)) {
    sizes.push({ width: w, height: h, stride: (w + 2 * rim + 3) & ~3 })
    if (!canHalve(w, h)) break
  }
  return sizes
}

/** See `Kernel.pyramid`. */
export function buildPyramid(
  arena: Arena,
  work: WorkSpace,
  calls: Exports,
  frame: LumaFrame,
  levels: number,
): WasmPyramid {
  const pyramid = new WasmPyramid(arena, frame, levels)
  const { luma, widthPx } = frame
  const rowBytes = 4 * (widthPx + 2 * rim) + slack
  work.begin(luma.byteLength + rowBytes, 2)
  if (luma instanceof Uint16Array) {
    calls.fillFromWords(work.put(luma), pyramid.bytes, pyramid.level(0))
  } else {
    new Uint8Array(arena.memory.buffer, pyramid.bytes, luma.length).set(luma)
    calls.fillFromBytes(pyramid.bytes, pyramid.level(0))
  }
  const row = work.take(rowBytes)
  for (let l = 1; l < pyramid.levels; l++) calls.halve(pyramid.level(l - 1), pyramid.level(l), row)
  return pyramid
}
