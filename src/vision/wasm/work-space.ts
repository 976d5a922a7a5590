/** Memory of one call: arguments go in, results come out as copies, and the next call uses the same bytes. */
import type { Arena } from './arena.ts'

const alignment = 64

export class WorkSpace {
  readonly #arena: Arena
  #address = 0
  #size = 0
  #used = 0

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /** Begins a call that takes no more than so many blocks with so many bytes in all. */
  begin(bytes: number, blocks: number): void {
    const size = bytes + blocks * alignment
    if (size > this.#size) {
      if (this.#size > 0) this.#arena.release(this.#address, this.#size)
      this.#address = this.#arena.allocate(size)
      this.#size = size
    }
    this.#used = 0
  }

  take(bytes: number): number {
    const address = this.#address + this.#used
    this.#used += Math.ceil(bytes / alignment) * alignment
    if (this.#used > this.#size) throw new Error('a call takes more work space than it asked for')
    return address
  }

  /** Takes a block and fills it. */
  put(values: Float32Array | Int32Array | Uint16Array): number {
    const address = this.take(values.byteLength)
    const { buffer } = this.#arena.memory
    if (values instanceof Float32Array) new Float32Array(buffer, address, values.length).set(values)
    else if (values instanceof Int32Array) new Int32Array(buffer, address, values.length).set(values)
    else new Uint16Array(buffer, address, values.length).set(values)
    return address
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#arena.memory.buffer, address, count).slice()
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.#arena.memory.buffer, address, count).slice()
  }
}
