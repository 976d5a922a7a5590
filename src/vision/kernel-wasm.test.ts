import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import type { Kernel, MotionModel } from './kernel.ts'
import { createReferenceKernel } from './kernel-reference.ts'
import { testKernel } from './kernel-suite.ts'
import { createWasmKernel } from './kernel-wasm.ts'
import { render, waves } from './test-texture.ts'
import { type Crew, performer } from './wasm/crew.ts'
import type { WasmMemory } from './wasm/engine.ts'

testKernel(() => createWasmKernel())

/** As the kernels promise each other. */
const positionTolerance = 0.005
const correlationTolerance = 1e-4

const models: readonly MotionModel[] = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective']

const cases = fc.record({
  seed: fc.nat(),
  width: fc.integer({ min: 20, max: 90 }),
  height: fc.integer({ min: 20, max: 70 }),
  depth: fc.constantFrom(8, 16),
  sigma: fc.constantFrom(0, 2, 12),
  shortestPx: fc.constantFrom(2.5, 5, 12),
  side: fc.constantFrom(5, 9, 15, 21),
  dx: fc.double({ min: -3, max: 3, noNaN: true }),
  dy: fc.double({ min: -3, max: 3, noNaN: true }),
  model: fc.constantFrom(...models),
  normalize: fc.boolean(),
})

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never

/** All that a kernel makes of two frames of a case. */
function outcome(kernel: Kernel, { seed, width, height, depth, sigma, shortestPx, side, dx, dy, ...rest }: Case) {
  const rng = seededRng(seed)
  const texture = waves(seed, { shortestPx, waves: 12 })
  const noise = { sigma, rng }
  const from = kernel.pyramid(
    render(texture, width, height, (x, y) => [x, y], { depth, noise }),
    3,
  )
  const to = kernel.pyramid(
    render(texture, width, height, (x, y) => [1.02 * x - dx, y - dy], { depth, noise }),
    3,
  )
  const count = 24
  const points = Float32Array.from({ length: 2 * count }, (_, i) => rng.next() * (i % 2 ? height : width))
  const near = points.map((p, i) => p + (i % 2 ? dy : dx) + rng.next() - 0.5)
  const { patterns, inside } = kernel.cutPatterns(from, points, side)
  const which = Int32Array.from({ length: count }, (_, i) => i)
  const warps = new Float32Array(8 * count)
  for (const i of which) warps.set([1.02, 0, near[2 * i]!, 0.01, 1, near[2 * i + 1]!, 0, 0], 8 * i)
  return {
    corners: kernel.cornerStrength(from, side),
    flow: kernel.flow(from, to, points, near, { windowPx: side, levels: 3, maxIterations: 15, epsilonPx: 0.001 }),
    inside,
    search: kernel.search(to, patterns, which, near, side + 9),
    refine: kernel.refine(to, patterns, which, warps, { ...rest, maxIterations: 40, epsilonPx: 0.0005 }),
  }
}

/** Where both say yes. What hangs by a thread may fall either way: it is counted, not compared. */
function compare(a: Uint8Array, b: Uint8Array, tolerated: number, each: (i: number) => void): void {
  let torn = 0
  for (const [i, ok] of a.entries()) {
    if (ok !== b[i]) torn++
    else if (ok === 1) each(i)
  }
  assert.ok(torn <= tolerated, `${torn} of ${a.length} differ`)
}

describe('both kernels', () => {
  test('agree on any picture', async () => {
    const [plain, wasm] = [createReferenceKernel(), await createWasmKernel()]
    fc.assert(
      fc.property(cases, (sample) => {
        const [a, b] = [outcome(plain, sample), outcome(wasm, sample)]
        assert.deepEqual(b.inside, a.inside)
        assert.deepEqual(b.search, a.search)
        const strongest = a.corners.reduce((most, value) => Math.max(most, value), 1)
        for (const [i, strength] of a.corners.entries()) {
          assert.ok(Math.abs(strength - b.corners[i]!) <= 1e-5 * strongest)
        }
        compare(a.flow.ok, b.flow.ok, 1, (i) => {
          // A window that fits nowhere does not converge, and wanders as rounding has it.
          if (a.flow.residual[i]! > 8) return
          const off = Math.hypot(a.flow.xy[2 * i]! - b.flow.xy[2 * i]!, a.flow.xy[2 * i + 1]! - b.flow.xy[2 * i + 1]!)
          assert.ok(off < positionTolerance, `flow ${off}`)
        })
        compare(a.refine.ok, b.refine.ok, 1, (i) => {
          if (a.refine.correlation[i]! < 0.8) return
          const [x, y] = [8 * i + 2, 8 * i + 5]
          const off = Math.hypot(a.refine.warps[x]! - b.refine.warps[x]!, a.refine.warps[y]! - b.refine.warps[y]!)
          assert.ok(off < positionTolerance, `refine ${off}`)
          assert.ok(Math.abs(a.refine.correlation[i]! - b.refine.correlation[i]!) < correlationTolerance)
        })
      }),
      { numRuns: 40, seed: 11 },
    )
  })
})

describe('memory', () => {
  test('does not grow over a thousand frames', async () => {
    let memory: WasmMemory | undefined
    const kernel = await createWasmKernel({
      muster(module, given) {
        memory = given
        return crewOf(1, performer(module, given))
      },
    })
    const rng = seededRng('frames')
    const frame = render(waves('frames'), 64, 48, (x, y) => [x, y])
    const held: { release(): void }[] = []
    const sizeAfter = (frames: number) => {
      for (let i = 0; i < frames; i++) {
        const image = kernel.pyramid(frame, 3)
        const points = Float32Array.from({ length: 2 * (1 + rng.int(40)) }, () => 12 + rng.next() * 24)
        held.push(image, kernel.cutPatterns(image, points, 11).patterns)
        kernel.flow(image, image, points, points, { windowPx: 11, levels: 2, maxIterations: 3, epsilonPx: 0.1 })
        while (held.length > 12) held.splice(rng.int(held.length), 1)[0]?.release()
      }
      return memory?.buffer.byteLength ?? Number.NaN
    }
    // What is held at once is left to chance, so a block or two may still be added; a leak would be a hundred times as much.
    const early = sizeAfter(500)
    const late = sizeAfter(1000)
    assert.ok(late - early < 4 * 2 ** 20, `${early} grew to ${late}`)
  })
})

/** Members that take turns in this thread. */
function crewOf(size: number, perform: ReturnType<typeof performer>): Crew {
  return {
    size,
    run(calls) {
      assert.ok(calls.length <= size)
      for (const call of calls.toReversed()) perform(call)
    },
  }
}

describe('a crew', () => {
  test('of any size gives the same bits', async () => {
    const outcomes = await Promise.all(
      [1, 2, 3].map(async (size) => {
        const kernel = await createWasmKernel({ muster: (module, memory) => crewOf(size, performer(module, memory)) })
        return ofHundredPoints(kernel)
      }),
    )
    assert.deepEqual(outcomes[1], outcomes[0])
    assert.deepEqual(outcomes[2], outcomes[0])
  })
})

/** Enough points for every member of a crew. */
function ofHundredPoints(kernel: Kernel) {
  const rng = seededRng('crew')
  const image = kernel.pyramid(
    render(waves('crew'), 90, 70, (x, y) => [x, y]),
    3,
  )
  const points = Float32Array.from({ length: 200 }, (_, i) => 12 + rng.next() * ((i % 2 ? 70 : 90) - 24))
  const { patterns } = kernel.cutPatterns(image, points, 15)
  const which = Int32Array.from({ length: 100 }, (_, i) => 99 - i)
  const warps = new Float32Array(800)
  for (const i of which) warps.set([1, 0, points[2 * i]! + 0.4, 0, 1, points[2 * i + 1]!, 0, 0], 8 * (99 - i))
  const flowOptions = { windowPx: 15, levels: 3, maxIterations: 10, epsilonPx: 0.01 }
  const near = points.map((p) => p + 0.7)
  const corners = [90, 92].map((width) => {
    const picture = render(waves('crew'), width, 70, (x, y) => [x, y])
    return kernel.cornerStrength(kernel.pyramid(picture, 1), 9)
  })
  return {
    corners,
    flow: kernel.flow(image, image, points, near, flowOptions),
    search: kernel.search(image, patterns, which, points, 23),
    refine: kernel.refine(image, patterns, which, warps, {
      model: 'Affine',
      normalize: true,
      maxIterations: 10,
      epsilonPx: 0.01,
    }),
  }
}
