/**
 * How well a template fits at each of many places: the two sums that normalised cross-correlation (the zero-mean form,
 * OpenCV's TM_CCOEFF_NORMED) is made of, in WebAssembly and in plain TypeScript, which is the definition.
 *
 * With t' the template less its mean (zero outside the mask) and s the window at a place: numerator = sum t' s, and
 * energy = sum (s - mean of s)^2, both over the pixels that count. The score is numerator / sqrt(energy x sum t'^2).
 */
import { Arena } from '../wasm/arena.ts'
import { compile, type Exports, instantiate, newMemory } from '../wasm/engine.ts'
import { moduleBase64 } from '../wasm/module-bytes.ts'
import type { Plane } from './picture.ts'

/** A plane that windows are taken from. Must be released. */
export interface Ground {
  readonly width: number
  readonly height: number
  release(): void
}

/** A template made ready. Must be released. */
export interface Stamp {
  readonly width: number
  readonly height: number
  /** Pixels that count. */
  readonly count: number
  /** sum t'^2 */
  readonly energy: number
  release(): void
}

/** Places whose top-left corner lies in `nx` x `ny` pixels from (x, y) on; all windows lie in the ground. */
export interface Places {
  readonly x: number
  readonly y: number
  readonly nx: number
  readonly ny: number
}

export interface Sums {
  readonly numerators: Float32Array
  readonly energies: Float32Array
}

export interface ScoreKernel {
  ground(plane: Plane): Ground
  /** `mask`: one byte a pixel of the template, 0 where it does not count. */
  stamp(plane: Plane, mask: Uint8Array | null): Stamp
  /** Row by row. The arrays are valid until the next call. */
  sums(ground: Ground, stamp: Stamp, places: Places): Sums
}

/** Template values less their mean, zero where the mask is. */
export function centred(
  plane: Plane,
  mask: Uint8Array | null,
): { values: Float64Array; count: number; energy: number } {
  const counts = (i: number) => mask === null || mask[i] !== 0
  let [count, sum] = [0, 0]
  for (let i = 0; i < plane.values.length; i++) {
    if (!counts(i)) continue
    count++
    sum += plane.values[i]!
  }
  const mean = sum / Math.max(1, count)
  const values = Float64Array.from(plane.values, (value, i) => (counts(i) ? value - mean : 0))
  return { values, count, energy: values.reduce((total, value) => total + value * value, 0) }
}

class PlainGround implements Ground {
  readonly plane: Plane
  constructor(plane: Plane) {
    this.plane = plane
  }
  get width() {
    return this.plane.width
  }
  get height() {
    return this.plane.height
  }
  release(): void {}
}

class PlainStamp implements Stamp {
  readonly width: number
  readonly height: number
  readonly count: number
  readonly energy: number
  readonly values: Float64Array
  readonly mask: Uint8Array | null
  constructor(plane: Plane, mask: Uint8Array | null) {
    const { values, count, energy } = centred(plane, mask)
    this.width = plane.width
    this.height = plane.height
    this.count = count
    this.energy = energy
    this.values = values
    this.mask = mask
  }
  release(): void {}
}

export function createPlainScoreKernel(): ScoreKernel {
  return {
    ground: (plane) => new PlainGround(plane),
    stamp: (plane, mask) => new PlainStamp(plane, mask),
    sums(ground, stamp, { x: x0, y: y0, nx, ny }) {
      const { values: pixels, width: stride } = (ground as PlainGround).plane
      const { values, mask, width, height, count } = stamp as PlainStamp
      const numerators = new Float32Array(nx * ny)
      const energies = new Float32Array(nx * ny)
      for (let i = 0; i < nx * ny; i++) {
        const first = (y0 + Math.floor(i / nx)) * stride + x0 + (i % nx)
        let [dots, sum, squares] = [0, 0, 0]
        for (let y = 0, at = 0; y < height; y++) {
          for (let x = 0; x < width; x++, at++) {
            if (mask !== null && mask[at] === 0) continue
            const s = pixels[first + y * stride + x]!
            dots += values[at]! * s
            sum += s
            squares += s * s
          }
        }
        numerators[i] = dots
        energies[i] = Math.max(0, squares - (sum * sum) / count)
      }
      return { numerators, energies }
    },
  }
}

/** Values of block means are kept to this fraction of a grey level. */
const mostGroundGain = 8

const roundUp = (value: number, to: number) => Math.ceil(value / to) * to

class WasmGround implements Ground {
  readonly width: number
  readonly height: number
  readonly stride: number
  /** Values are multiplied by this; as much as lets the squares of a column add up in 31 bits. */
  readonly gain: number
  readonly address: number
  readonly #arena: Arena
  readonly #bytes: number

  constructor(arena: Arena, { width, height, values }: Plane) {
    this.width = width
    this.height = height
    this.stride = roundUp(width, 8)
    this.gain = Math.max(1, Math.min(mostGroundGain, Math.floor(Math.sqrt(2 ** 31 / height) / 256)))
    this.#arena = arena
    this.#bytes = 2 * this.stride * height + 64 // whole vectors are read beyond the last row
    this.address = arena.allocate(this.#bytes)
    const pixels = new Int16Array(arena.memory.buffer, this.address, this.#bytes / 2)
    const { gain, stride } = this
    for (let y = 0, from = 0; y < height; y++) {
      for (let x = 0, to = y * stride; x < width; x++) pixels[to++] = values[from++]! * gain + 0.5
      pixels.fill(0, y * stride + width, (y + 1) * stride)
    }
  }

  release(): void {
    this.#arena.release(this.address, this.#bytes)
  }
}

class WasmStamp implements Stamp {
  readonly width: number
  readonly height: number
  readonly count: number
  readonly energy: number
  readonly stride: number
  /** Values are multiplied by this, so that rounding costs little and sums stay below 2^31. */
  readonly gain: number
  readonly masked: boolean
  readonly address: number
  readonly #arena: Arena
  readonly #bytes: number

  constructor(arena: Arena, plane: Plane, mask: Uint8Array | null) {
    const { values, count, energy } = centred(plane, mask)
    const { width, height } = plane
    this.width = width
    this.height = height
    this.count = count
    this.energy = energy
    this.masked = mask !== null
    this.stride = roundUp(width, 8)
    const most = values.reduce((found, value) => Math.max(found, Math.abs(value)), 1e-6)
    // Each of four sums takes a quarter of the pixels, in pairs of 255 x most x gain.
    const lane = (this.stride * height) / 4
    this.gain = Math.min(32700 / most, 2 ** 31 / (lane * 256 * mostGroundGain * most))
    this.#arena = arena
    const plain = 2 * this.stride * height
    this.#bytes = plain * (mask === null ? 1 : 2)
    this.address = arena.allocate(this.#bytes)
    const out = new Int16Array(arena.memory.buffer, this.address, this.#bytes / 2).fill(0)
    // Rounding carries its rest along, so that the values still add up to nothing: a bright window must not score by it.
    let rest = 0
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (mask !== null && mask[at] === 0) continue
        const to = y * this.stride + x
        const value = values[at]! * this.gain + rest
        out[to] = Math.max(-32767, Math.min(32767, Math.round(value)))
        rest = value - out[to]!
        if (mask !== null) out[plain / 2 + to] = -1
      }
    }
  }

  get maskAddress(): number {
    return this.address + 2 * this.stride * this.height
  }

  release(): void {
    this.#arena.release(this.address, this.#bytes)
  }
}

/** Its scores agree with the plain kernel's to 0.002. @throws where the platform has no WebAssembly with SIMD and threads */
export async function createWasmScoreKernel(): Promise<ScoreKernel> {
  const module = await compile(moduleBase64)
  const memory = newMemory()
  return new WasmScoreKernel(new Arena(memory), instantiate(module, memory))
}

class WasmScoreKernel implements ScoreKernel {
  readonly #arena: Arena
  readonly #calls: Exports
  #work = { address: 0, bytes: 0 }

  constructor(arena: Arena, calls: Exports) {
    this.#arena = arena
    this.#calls = calls
  }

  ground(plane: Plane): Ground {
    return new WasmGround(this.#arena, plane)
  }

  stamp(plane: Plane, mask: Uint8Array | null): Stamp {
    return new WasmStamp(this.#arena, plane, mask)
  }

  sums(ground: Ground, stamp: Stamp, { x, y, nx, ny }: Places): Sums {
    const [g, t] = [ground as WasmGround, stamp as WasmStamp]
    const mapBytes = roundUp(4 * nx * ny, 64)
    const scratch = t.masked ? 0 : this.#calls.scoresScratch(nx, t.width)
    const out = this.#room(2 * mapBytes + scratch)
    if (t.masked) {
      const template = [t.address, t.maskAddress, t.stride, t.height, t.count] as const
      this.#calls.maskedScores(g.address, g.stride, ...template, x, y, nx, ny, out, out + mapBytes)
    } else {
      const template = [t.address, t.stride, t.width, t.height] as const
      const to = [out, out + mapBytes, out + 2 * mapBytes] as const
      this.#calls.scores(g.address, g.stride, ...template, x, y, nx, ny, ...to)
    }
    const { buffer } = this.#arena.memory
    const numerators = new Float32Array(buffer, out, nx * ny)
    const energies = new Float32Array(buffer, out + mapBytes, nx * ny)
    const share = 1 / (t.gain * g.gain)
    const squareShare = 1 / g.gain ** 2
    for (let i = 0; i < numerators.length; i++) {
      numerators[i]! *= share
      energies[i]! *= squareShare
    }
    return { numerators, energies }
  }

  /** So many bytes that the next call may overwrite. */
  #room(bytes: number): number {
    if (bytes > this.#work.bytes) {
      if (this.#work.bytes > 0) this.#arena.release(this.#work.address, this.#work.bytes)
      this.#work = { address: this.#arena.allocate(bytes), bytes }
    }
    return this.#work.address
  }
}
