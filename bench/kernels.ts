/**
 * How long the tracking kernels take: WebAssembly against the plain TypeScript twin, on the same pictures and points.
 *
 *   node bench/kernels.ts [rounds]
 *
 * The two take turns, call by call, and the lower octile of the rounds counts: the calls that nothing else cut short.
 */
import { seededRng } from '#core/rng.ts'
import type { Kernel, MotionModel } from '#vision/kernel.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { render, waves } from '#vision/test-texture.ts'
import { machine } from './machine.ts'

const rounds = Number(process.argv[2] ?? 25)
const kernels = [createReferenceKernel(), await createWasmKernel()] as const
const models: readonly MotionModel[] = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective']
const pointCount = 200

interface Row {
  readonly name: string
  readonly referenceMs: number
  readonly wasmMs: number
}

/** Two frames of one texture, the second moved, turned and grown a little, with noise; 200 points in it. */
function scene(widthPx: number, heightPx: number) {
  const rng = seededRng(`kernels ${widthPx}`)
  const texture = waves('kernels', { shortestPx: 4, waves: 24 })
  const noise = { sigma: 1.5, rng }
  const [sine, cosine, grown] = [Math.sin(0.01), Math.cos(0.01), 1.01]
  const [cx, cy] = [widthPx / 2, heightPx / 2]
  const forward = (x: number, y: number): [number, number] => [
    cx + grown * (cosine * (x - cx) - sine * (y - cy)) + 3.3,
    cy + grown * (sine * (x - cx) + cosine * (y - cy)) - 2.1,
  ]
  const backward = (x: number, y: number): [number, number] => {
    const [u, v] = [(x - cx - 3.3) / grown, (y - cy + 2.1) / grown]
    return [cx + cosine * u + sine * v, cy - sine * u + cosine * v]
  }
  const points = new Float32Array(2 * pointCount)
  const moved = new Float32Array(2 * pointCount)
  for (let i = 0; i < pointCount; i++) {
    const at: [number, number] = [60 + rng.next() * (widthPx - 120), 60 + rng.next() * (heightPx - 120)]
    points.set(at, 2 * i)
    moved.set(forward(...at), 2 * i)
  }
  return {
    before: render(texture, widthPx, heightPx, (x, y) => [x, y], { noise }),
    after: render(texture, widthPx, heightPx, backward, { noise }),
    points,
    moved,
  }
}

/** Calls both in turn; the first round warms up and does not count. */
function compare(name: string, call: (kernel: Kernel, index: 0 | 1) => void): Row {
  const taken: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    for (const index of [0, 1] as const) {
      const started = process.hrtime.bigint()
      call(kernels[index], index)
      if (round > 0) taken[index].push(Number(process.hrtime.bigint() - started) / 1e6)
    }
  }
  return { name, referenceMs: lowerOctile(taken[0]), wasmMs: lowerOctile(taken[1]) }
}

function lowerOctile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 3] ?? Number.NaN
}

function measure(widthPx: number, heightPx: number, side: number): Row[] {
  const { before, after, points, moved } = scene(widthPx, heightPx)
  const pairs = kernels.map((kernel) => ({ from: kernel.pyramid(before, 4), to: kernel.pyramid(after, 4) }))
  const cut = kernels.map((kernel, i) => kernel.cutPatterns(pairs[i]!.from, points, side).patterns)
  const which = Int32Array.from({ length: pointCount }, (_, i) => i)
  // As a tracker has it: a fifth of a pixel off what is true, without turn and growth.
  const warps = new Float32Array(8 * pointCount)
  for (const i of which) warps.set([1, 0, moved[2 * i]! + 0.2, 0, 1, moved[2 * i + 1]! - 0.2, 0, 0], 8 * i)
  const flow = { windowPx: side, levels: 4, maxIterations: 20, epsilonPx: 0.01 }
  const rows = [
    compare('pyramid, 4 levels', (kernel) => kernel.pyramid(before, 4).release()),
    compare('corner strength, window 9', (kernel, k) => void kernel.cornerStrength(pairs[k]!.from, 9)),
    compare(`flow, window ${side}, 4 levels`, (kernel, k) => {
      kernel.flow(pairs[k]!.from, pairs[k]!.to, points, points, flow)
    }),
    compare(`flow back, window ${side}, 1 level`, (kernel, k) => {
      kernel.flow(pairs[k]!.to, pairs[k]!.from, moved, points, { ...flow, levels: 1 })
    }),
    compare(`cut patterns of ${side}`, (kernel, k) => {
      kernel.recutPatterns(pairs[k]!.from, cut[k]!, which, points)
    }),
    compare(`search ${side} in ${4 * side + 7}`, (kernel, k) => {
      const some = which.subarray(0, 20)
      kernel.search(pairs[k]!.to, cut[k]!, some, points.subarray(0, 40), 4 * side + 7)
    }),
    ...models.map((model) =>
      compare(`refine ${model}`, (kernel, k) => {
        const options = { model, maxIterations: 20, epsilonPx: 0.01, normalize: true }
        kernel.refine(pairs[k]!.to, cut[k]!, which, warps, options)
      }),
    ),
  ]
  for (const pair of pairs) for (const pyramid of [pair.from, pair.to]) pyramid.release()
  return rows
}

console.log(`${machine()}; ${pointCount} points (search: 20), lower octile of ${rounds} rounds, ms a call`)
for (const [width, height, side] of [
  [960, 540, 21],
  [1920, 1080, 31],
] as const) {
  console.log(`\n| ${width} x ${height} | TypeScript | WebAssembly | times |\n| --- | --- | --- | --- |`)
  for (const { name, referenceMs, wasmMs } of measure(width, height, side)) {
    console.log(`| ${name} | ${referenceMs.toFixed(2)} | ${wasmMs.toFixed(2)} | ${(referenceMs / wasmMs).toFixed(1)} |`)
  }
}
