/**
 * The kernel in SIMD WebAssembly, compiled from `wasm/assembly` by `npm run build:kernels`. It agrees with the reference
 * kernel to 0.005 px and 0.0001 of correlation; searches agree exactly.
 *
 * All of it lives in one shared memory, so that a crew of threads may work on one batch.
 */
import {
  type FlowOptions,
  type FlowResult,
  type Kernel,
  type MotionModel,
  type Patterns,
  type Pyramid,
  type RefineOptions,
  type RefineResult,
  type SearchResult,
  sideAt,
} from './kernel.ts'
import { checkFrame, checkLength, checkLevel, checkPattern, checkSide, checkWhich } from './kernel-arguments.ts'
import { Arena } from './wasm/arena.ts'
import { coarseSide } from './reference/patterns.ts'
import { bell } from './reference/refine.ts'
import { alone, type Crew, type Muster } from './wasm/crew.ts'
import { type CallName, compile, type Exports, instantiate, newMemory } from './wasm/engine.ts'
import { moduleBase64 } from './wasm/module-bytes.ts'
import { WasmPatterns } from './wasm/patterns.ts'
import { buildPyramid, WasmPyramid } from './wasm/pyramid.ts'
import { WorkSpace } from './wasm/work-space.ts'

export interface WasmKernelOptions {
  /** Spreads batches over threads; absent: this thread does all. */
  readonly muster?: Muster
}

/** @throws where the platform has no WebAssembly with SIMD and threads */
export async function createWasmKernel({ muster }: WasmKernelOptions = {}): Promise<Kernel> {
  const module = await compile(moduleBase64)
  const memory = newMemory()
  const calls = instantiate(module, memory)
  return new WasmKernel(new Arena(memory), calls, muster?.(module, memory) ?? alone(calls))
}

/** As `assembly/models.ts` numbers them. */
const models: readonly MotionModel[] = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective']

/** Fewer items than this are not worth another thread's while. */
const leastPart = 8

class WasmKernel implements Kernel {
  readonly kind = 'wasm'
  readonly #arena: Arena
  readonly #work: WorkSpace
  readonly #calls: Exports
  readonly #crew: Crew
  readonly #bells = new Map<number, Float32Array>()

  constructor(arena: Arena, calls: Exports, crew: Crew) {
    this.#arena = arena
    this.#work = new WorkSpace(arena)
    this.#calls = calls
    this.#crew = crew
  }

  pyramid(frame: Parameters<Kernel['pyramid']>[0], levels: number): Pyramid {
    checkFrame(frame)
    return buildPyramid(this.#arena, this.#work, this.#calls, frame, levels)
  }

  cornerStrength(image: Pyramid, windowPx: number, level = 0): Float32Array {
    checkSide('window', windowPx)
    checkLevel(image, level)
    const pyramid = own(image)
    const [width, height] = [sideAt(pyramid.widthPx, level), sideAt(pyramid.heightPx, level)]
    const count = width * height
    const outBytes = 4 * count + 64 // the last row's last vector may reach beyond
    const scratch = align(this.#calls.cornersScratch(width, windowPx))
    this.#work.begin(outBytes + this.#crew.size * scratch, 2)
    const out = this.#work.take(outBytes)
    const s = this.#work.take(this.#crew.size * scratch)
    // Where rows do not end with a vector, each must be done before the next.
    const mostParts = width % 4 === 0 ? this.#crew.size : 1
    this.#spread('corners', height, mostParts, (y, n, k) => [
      pyramid.level(level),
      windowPx,
      out,
      s + k * scratch,
      y,
      y + n,
    ])
    return this.#work.floats(out, count)
  }

  flow(from: Pyramid, to: Pyramid, points: Float32Array, guesses: Float32Array, options: FlowOptions): FlowResult {
    const { windowPx, levels, maxIterations, epsilonPx } = options
    checkSide('window', windowPx)
    const [source, target] = [own(from).address, own(to).address]
    const count = points.length / 2
    checkLength('guesses', guesses, count, 2)
    const scratch = align(this.#calls.flowScratch(windowPx))
    const work = this.#work
    work.begin(29 * count + this.#crew.size * scratch, 6)
    const [p, g, xy, ok, residual] = [
      work.put(points),
      work.put(guesses),
      work.take(8 * count),
      work.take(count),
      work.take(4 * count),
    ]
    const s = work.take(this.#crew.size * scratch)
    this.#spread('flow', count, this.#crew.size, (i, n, k) => [
      source,
      target,
      p + 8 * i,
      g + 8 * i,
      n,
      windowPx,
      levels,
      maxIterations,
      epsilonPx,
      xy + 8 * i,
      ok + i,
      residual + 4 * i,
      s + k * scratch,
    ])
    return { xy: work.floats(xy, 2 * count), ok: work.bytes(ok, count), residual: work.floats(residual, count) }
  }

  cutPatterns(image: Pyramid, points: Float32Array, sizePx: number): { patterns: Patterns; inside: Uint8Array } {
    checkPattern(sizePx)
    const count = points.length / 2
    const patterns = new WasmPatterns(this.#arena, count, sizePx, this.#calls.patternSize(sizePx))
    const which = Int32Array.from({ length: count }, (_, i) => i)
    return { patterns, inside: this.recutPatterns(image, patterns, which, points) }
  }

  recutPatterns(image: Pyramid, patterns: Patterns, which: Int32Array, points: Float32Array): Uint8Array {
    const [pyramid, cut, count] = [own(image).address, ownPatterns(patterns, which), which.length]
    checkLength('points', points, count, 2)
    const scratch = align(this.#calls.cutScratch(cut.sizePx))
    const work = this.#work
    work.begin(13 * count + scratch, 4)
    const [w, p, inside] = [work.put(which), work.put(points), work.take(count)]
    this.#calls.cut(pyramid, cut.address, cut.sizePx, w, p, count, inside, work.take(scratch))
    return work.bytes(inside, count)
  }

  search(image: Pyramid, patterns: Patterns, which: Int32Array, centres: Float32Array, searchPx: number): SearchResult {
    const [pyramid, cut, count] = [own(image).address, ownPatterns(patterns, which), which.length]
    checkLength('centres', centres, count, 2)
    const scratch = align(this.#calls.searchScratch(cut.sizePx, searchPx))
    const work = this.#work
    work.begin(24 * count + this.#crew.size * scratch, 5)
    const [w, c, xy, score] = [work.put(which), work.put(centres), work.take(8 * count), work.take(4 * count)]
    const s = work.take(this.#crew.size * scratch)
    this.#spread('search', count, this.#crew.size, (i, n, k) => [
      pyramid,
      cut.address,
      cut.sizePx,
      w + 4 * i,
      c + 8 * i,
      n,
      searchPx,
      xy + 8 * i,
      score + 4 * i,
      s + k * scratch,
    ])
    return { xy: work.floats(xy, 2 * count), score: work.floats(score, count) }
  }

  refine(
    image: Pyramid,
    patterns: Patterns,
    which: Int32Array,
    warps: Float32Array,
    options: RefineOptions,
  ): RefineResult {
    const { model, maxIterations, epsilonPx, normalize } = options
    const [pyramid, cut, count] = [own(image).address, ownPatterns(patterns, which), which.length]
    checkLength('warps', warps, count, 8)
    const scratch = align(this.#calls.refineScratch(cut.sizePx))
    const work = this.#work
    const bells = [this.#bell(cut.sizePx), this.#bell(coarseSide(cut.sizePx))] as const
    // A pattern keeps what it is refined by: two threads may not prepare that at once.
    const mostParts = new Set(which).size === count ? this.#crew.size : 1
    work.begin(41 * count + 4 * (bells[0].length + bells[1].length) + this.#crew.size * scratch, 7)
    const [w, h, correlation, ok] = [work.put(which), work.put(warps), work.take(4 * count), work.take(count)]
    const [fine, coarse] = [work.put(bells[0]), work.put(bells[1])]
    const s = work.take(this.#crew.size * scratch)
    this.#spread('refine', count, mostParts, (i, n, k) => [
      pyramid,
      cut.address,
      cut.sizePx,
      w + 4 * i,
      h + 32 * i,
      n,
      models.indexOf(model),
      maxIterations,
      epsilonPx,
      normalize ? 1 : 0,
      correlation + 4 * i,
      ok + i,
      fine,
      coarse,
      s + k * scratch,
    ])
    return { warps: work.floats(h, 8 * count), correlation: work.floats(correlation, count), ok: work.bytes(ok, count) }
  }

  /** Weights of a pattern of this side, as the module takes them. */
  #bell(side: number): Float32Array {
    const made = this.#bells.get(side) ?? gridOf(bell(side))
    this.#bells.set(side, made)
    return made
  }

  /** Cuts a batch into parts; `argsOf` is told where a part begins, how many it has and which scratch is its own. */
  #spread(
    name: CallName,
    count: number,
    mostParts: number,
    argsOf: (from: number, count: number, part: number) => number[],
  ): void {
    const parts = Math.max(1, Math.min(mostParts, Math.floor(count / leastPart)))
    const edge = (part: number) => Math.floor((part * count) / parts)
    this.#crew.run(
      Array.from({ length: parts }, (_, part) => ({
        name,
        args: argsOf(edge(part), edge(part + 1) - edge(part), part),
      })),
    )
  }
}

/** Square values as the module has them: rows of whole vectors, zero beyond, a multiple of four vectors in all. */
function gridOf(values: Float32Array): Float32Array {
  const side = Math.sqrt(values.length)
  const stride = (side + 3) & ~3
  const grid = new Float32Array((side * stride + 15) & ~15)
  for (let y = 0; y < side; y++) grid.set(values.subarray(y * side, (y + 1) * side), y * stride)
  return grid
}

const align = (bytes: number) => (bytes + 63) & ~63

function own(image: Pyramid): WasmPyramid {
  if (image instanceof WasmPyramid) return image
  throw new TypeError('a pyramid of another kernel')
}

function ownPatterns(patterns: Patterns, which: Int32Array): WasmPatterns {
  if (!(patterns instanceof WasmPatterns)) throw new TypeError('patterns of another kernel')
  checkWhich(patterns, which)
  return patterns
}
