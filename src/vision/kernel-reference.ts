/** The kernel in plain TypeScript: the definition of what each call does, and the fallback where there is no WebAssembly. */
import type { Kernel, Patterns, Pyramid } from './kernel.ts'
import { cornerStrength } from './reference/corners.ts'
import { flow } from './reference/flow.ts'
import { cutPattern, ReferencePatterns } from './reference/patterns.ts'
import { buildPyramid, ReferencePyramid } from './reference/plane.ts'
import { refine } from './reference/refine.ts'
import { search } from './reference/search.ts'

export function createReferenceKernel(): Kernel {
  return {
    kind: 'reference',
    pyramid: buildPyramid,
    cornerStrength: (image, windowPx) => cornerStrength(own(image).plane(0), windowPx),
    flow: (from, to, points, guesses, options) => flow(own(from), own(to), points, guesses, options),
    cutPatterns(image, points, sizePx) {
      const count = points.length / 2
      const patterns = new ReferencePatterns(count, sizePx)
      const which = Int32Array.from({ length: count }, (_, i) => i)
      return { patterns, inside: recut(own(image), patterns, which, points) }
    },
    recutPatterns: (image, patterns, which, points) => recut(own(image), ownPatterns(patterns), which, points),
    search: (image, patterns, which, centres, searchPx) =>
      search(own(image), ownPatterns(patterns), which, centres, searchPx),
    refine: (image, patterns, which, warps, options) =>
      refine(own(image), ownPatterns(patterns), which, warps, options),
  }
}

function recut(
  image: ReferencePyramid,
  patterns: ReferencePatterns,
  which: Int32Array,
  points: Float32Array,
): Uint8Array {
  const inside = new Uint8Array(which.length)
  for (const [i, index] of which.entries()) {
    const pattern = cutPattern(image, points[2 * i]!, points[2 * i + 1]!, patterns.sizePx)
    patterns.put(index, pattern)
    inside[i] = pattern === null ? 0 : 1
  }
  return inside
}

function own(image: Pyramid): ReferencePyramid {
  if (image instanceof ReferencePyramid) return image
  throw new TypeError('a pyramid of another kernel')
}

function ownPatterns(patterns: Patterns): ReferencePatterns {
  if (patterns instanceof ReferencePatterns) return patterns
  throw new TypeError('patterns of another kernel')
}
