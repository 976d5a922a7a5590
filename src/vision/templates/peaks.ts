/** The best places of a map of scores, and of overlapping matches the best. */

export interface Peak {
  readonly x: number
  readonly y: number
  readonly score: number
}

/** Places that no neighbour beats and that score above `floor`: the `most` best of them, best first. */
export function peaksOf(scores: Float32Array, nx: number, ny: number, floor: number, most: number): Peak[] {
  const found: Peak[] = []
  for (let y = 0; y < ny; y++) {
    for (let x = 0, at = y * nx; x < nx; x++, at++) {
      const score = scores[at]!
      if (score > floor && isPeak(scores, nx, ny, x, y)) found.push({ x, y, score })
    }
  }
  return found.sort((a, b) => b.score - a.score).slice(0, most)
}

function isPeak(scores: Float32Array, nx: number, ny: number, x: number, y: number): boolean {
  const own = scores[y * nx + x]!
  for (let v = Math.max(0, y - 1); v <= Math.min(ny - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(nx - 1, x + 1); u++) if (scores[v * nx + u]! > own) return false
  }
  return true
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Intersection over union, 0 to 1. */
export function overlapOf(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  const shared = Math.max(0, width) * Math.max(0, height)
  return shared / (a.width * a.height + b.width * b.height - shared)
}

/** Non-maximum suppression: of those, best first, that share more than `most` of their union with a better one none stays. */
export function dropOverlaps<T extends Rectangle>(matches: readonly T[], most: number): T[] {
  const left: T[] = []
  for (const match of matches) if (left.every((other) => overlapOf(match, other) <= most)) left.push(match)
  return left
}
