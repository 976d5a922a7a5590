/**
 * Allocates in a WebAssembly memory. Blocks come in sizes of four steps an octave and are kept by size when they are freed,
 * so that a tracker that makes and releases the same things frame after frame comes to a size and stays there.
 */
import { pageBytes, type WasmMemory } from './engine.ts'

const alignment = 64

/** Pages by which memory grows at least: a megabyte. */
const growth = 16

export class Arena {
  readonly memory: WasmMemory
  #top = alignment // address 0 stays unused
  readonly #free = new Map<number, number[]>()

  constructor(memory: WasmMemory) {
    this.memory = memory
  }

  /** The address of so many bytes, a multiple of 64. Their content is anything. */
  allocate(bytes: number): number {
    const size = classOf(bytes)
    const kept = this.#free.get(size)?.pop()
    if (kept !== undefined) return kept
    const address = this.#top
    const end = address + size
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / pageBytes)
    if (missing > 0) this.memory.grow(Math.max(missing, growth))
    this.#top = end
    return address
  }

  /** Gives back what `allocate` gave for as many bytes. */
  release(address: number, bytes: number): void {
    const size = classOf(bytes)
    const kept = this.#free.get(size)
    if (kept === undefined) this.#free.set(size, [address])
    else kept.push(address)
  }
}

/** The next of 4, 5, 6, 7, 8, 10, 12, 14 ... times the alignment. */
function classOf(bytes: number): number {
  const units = Math.max(4, Math.ceil(bytes / alignment))
  const step = 2 ** (Math.floor(Math.log2(units)) - 2)
  return Math.ceil(units / step) * step * alignment
}
