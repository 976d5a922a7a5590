/** The pictures that were used last, up to a size. */
export class PictureShelf {
  readonly #maxBytes: number
  readonly #pictures = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string, index: number): Uint8Array | null {
    const name = `${key} ${index}`
    const found = this.#pictures.get(name)
    if (!found) return null
    this.#pictures.delete(name)
    this.#pictures.set(name, found)
    return found
  }

  put(key: string, index: number, jpeg: Uint8Array): void {
    const name = `${key} ${index}`
    this.#bytes += jpeg.length - (this.#pictures.get(name)?.length ?? 0)
    this.#pictures.delete(name)
    this.#pictures.set(name, jpeg)
    for (const [oldest, { length }] of this.#pictures) {
      if (this.#bytes <= this.#maxBytes) break
      this.#pictures.delete(oldest)
      this.#bytes -= length
    }
  }
}
