/** The kernel in plain TypeScript: the definition of what each call does, and the fallback where there is no WebAssembly. */
import type { Kernel, Patterns, Pyramid } from './kernel.ts'
import { checkFrame, checkLength, checkLevel, checkPattern, checkSide, checkWhich } from './kernel-arguments.ts'
import { cornerStrength } from './reference/corners.ts'
import { flow } from './reference/flow.ts'
import { cutPattern, ReferencePatterns } from './reference/patterns.ts'
import { buildPyramid, ReferencePyramid } from './reference/plane.ts'
import { refine } from './reference/refine.ts'
import { search } from './reference/search.ts'

export function createReferenceKernel(): Kernel {
  return {
    kind: 'reference',
    pyramid(frame, levels) {
      checkFrame(frame)
      return buildPyramid(frame, levels)
    },
    cornerStrength(image, windowPx, level = 0) {
      checkSide('window', windowPx)
      checkLevel(image, level)
      return cornerStrength(own(image).plane(level), windowPx)
    },
    flow(from, to, points, guesses, options) {
      checkSide('window', options.windowPx)
      checkLength('guesses', guesses, points.length / 2, 2)
      return flow(own(from), own(to), points, guesses, options)
    },
    cutPatterns(image, points, sizePx) {
      checkPattern(sizePx)
      const count = points.length / 2
      const patterns = new ReferencePatterns(count, sizePx)
      const which = Int32Array.from({ length: count }, (_, i) => i)
      return { patterns, inside: recut(own(image), patterns, which, points) }
    },
    recutPatterns(image, patterns, which, points) {
      checkLength('points', points, which.length, 2)
      return recut(own(image), ownPatterns(patterns, which), which, points)
    },
    search(image, patterns, which, centres, searchPx) {
      checkLength('centres', centres, which.length, 2)
      return search(own(image), ownPatterns(patterns, which), which, centres, searchPx)
    },
    refine(image, patterns, which, warps, options) {
      checkLength('warps', warps, which.length, 8)
      return refine(own(image), ownPatterns(patterns, which), which, warps, options)
    },
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

function ownPatterns(patterns: Patterns, which: Int32Array): ReferencePatterns {
  if (!(patterns instanceof ReferencePatterns)) throw new TypeError('patterns of another kernel')
  checkWhich(patterns, which)
  return patterns
}
