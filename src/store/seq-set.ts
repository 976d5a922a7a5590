/** A set of sessions by their row number, one bit each: a million take 125 kB. */
export class SeqSet {
  readonly #bits: Uint8Array
  #size = 0

  constructor(maxSeq: number) {
    this.#bits = new Uint8Array((maxSeq >>> 3) + 1)
  }

  get size(): number {
    return this.#size
  }

  add(seq: number): void {
    if (this.has(seq) || seq >>> 3 >= this.#bits.length) return
    this.#bits[seq >>> 3] = (this.#bits[seq >>> 3] ?? 0) | (1 << (seq & 7))
    this.#size++
  }

  has(seq: number): boolean {
    return ((this.#bits[seq >>> 3] ?? 0) & (1 << (seq & 7))) !== 0
  }

  /** In rising order. */
  *values(): Generator<number> {
    for (const [index, byte] of this.#bits.entries()) {
      if (byte === 0) continue
      for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) yield index * 8 + bit
    }
  }
}
