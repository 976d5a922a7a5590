/** Patterns in the memory of the module; `assembly/layout.ts` says how they lie there. */
import type { Patterns } from '../kernel.ts'
import type { Arena } from './arena.ts'

export class WasmPatterns implements Patterns {
  readonly count: number
  readonly sizePx: number
  readonly #arena: Arena
  readonly #size: number
  #address: number | null

  /** `patternBytes` is what the module says a pattern of this side takes. */
  constructor(arena: Arena, count: number, sizePx: number, patternBytes: number) {
    this.count = count
    this.sizePx = sizePx
    this.#arena = arena
    this.#size = count * patternBytes
    this.#address = arena.allocate(this.#size)
  }

  get address(): number {
    if (this.#address === null) throw new Error('released patterns')
    return this.#address
  }

  release(): void {
    if (this.#address !== null) this.#arena.release(this.#address, this.#size)
    this.#address = null
  }
}
