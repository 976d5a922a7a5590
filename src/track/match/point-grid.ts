/** Points in cells as wide as a distance, so that asking for neighbours within it looks at nine cells. */
export class PointGrid {
  readonly #cells = new Map<number, number[]>()
  readonly #columns: number
  readonly #cellPx: number
  readonly #distancePx: number

  constructor(widthPx: number, distancePx: number) {
    this.#distancePx = distancePx
    this.#cellPx = Math.max(1, distancePx)
    // A border of cells on both sides, so that no row runs into the next.
    this.#columns = Math.ceil(widthPx / this.#cellPx) + 4
  }

  add(x: number, y: number): void {
    const key = this.#key(Math.floor(x / this.#cellPx), Math.floor(y / this.#cellPx))
    const cell = this.#cells.get(key)
    if (cell === undefined) this.#cells.set(key, [x, y])
    else cell.push(x, y)
  }

  /** Whether a point lies nearer than the distance. */
  near(x: number, y: number): boolean {
    const column = Math.floor(x / this.#cellPx)
    const row = Math.floor(y / this.#cellPx)
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        const cell = this.#cells.get(this.#key(c, r)) ?? []
        for (let i = 0; i < cell.length; i += 2) {
          const dx = cell[i]! - x
          const dy = cell[i + 1]! - y
          if (dx * dx + dy * dy < this.#distancePx * this.#distancePx) return true
        }
      }
    }
    return false
  }

  #key(column: number, row: number): number {
    return (row + 2) * this.#columns + Math.min(this.#columns - 3, Math.max(-1, column)) + 2
  }
}
