import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { seededRng } from '#core/rng.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { render, waves } from '#vision/test-texture.ts'
import type { KernelCall } from '#vision/wasm/crew.ts'
import { compile, newMemory } from '#vision/wasm/engine.ts'
import { moduleBase64 } from '#vision/wasm/module-bytes.ts'
import { type Job, threadCrew } from './crew.ts'
import { Desk, deskBytes } from './crew-desk.ts'
import { openKernel } from './kernel.ts'

/** Everything that is spread over threads, on many points. */
function workOf(kernel: Kernel) {
  const texture = waves('crew')
  const [from, to] = [0, 1.3].map((shift) =>
    kernel.pyramid(
      render(texture, 300, 200, (x, y) => [x + shift, y]),
      3,
    ),
  )
  assert.ok(from && to)
  const rng = seededRng(4)
  const points = Float32Array.from({ length: 400 }, (_, i) => 20 + rng.next() * (i % 2 === 0 ? 260 : 160))
  const flowOptions = { windowPx: 15, levels: 3, maxIterations: 20, epsilonPx: 0.01 }
  const flow = kernel.flow(from, to, points, points, flowOptions)
  const { patterns } = kernel.cutPatterns(from, points, 15)
  const which = Int32Array.from({ length: 200 }, (_, i) => i)
  const found = kernel.search(to, patterns, which, points, 31)
  const warps = Float32Array.from({ length: 1600 }, (_, i) => {
    const at = 2 * Math.floor(i / 8)
    return [1, 0, points[at] ?? 0, 0, 1, points[at + 1] ?? 0, 0, 0][i % 8] ?? 0
  })
  const refineOptions = { model: 'Affine', maxIterations: 20, epsilonPx: 0.005, normalize: true } as const
  return { flow, found, refined: kernel.refine(to, patterns, which, warps, refineOptions) }
}

describe('a crew of threads', () => {
  test('finds what one thread finds, to the last bit', async () => {
    const alone = workOf(await createWasmKernel())
    const crew = await openKernel({ warn: ({ message }) => assert.fail(message) }, 3)
    // At first the helpers are not there yet; then they are.
    for (let round = 0; round < 6; round++) {
      assert.deepEqual(workOf(crew.kernel), alone)
      await delay(60)
    }
    await crew.close()
  })

  test('is a single thread where there is but one', async () => {
    const { kernel, close } = await openKernel({ warn: ({ message }) => assert.fail(message) }, 1)
    assert.equal(kernel.kind, 'wasm')
    await close()
  })

  test('goes when it is told to, though it sleeps', async () => {
    const crew = threadCrew(4)
    const module = await compile(moduleBase64)
    crew.muster(module, newMemory())
    await delay(100)
    await crew.close()
  })
})

describe('a desk', () => {
  const workers: Worker[] = []
  after(() => Promise.all(workers.map((worker) => worker.terminate())))

  async function staffed() {
    const [module, memory, desk] = [
      await compile(moduleBase64),
      newMemory(),
      new Desk(new SharedArrayBuffer(deskBytes)),
    ]
    const job: Job = { module, memory, buffer: desk.buffer }
    workers.push(new Worker(new URL('crew-thread.ts', import.meta.url), { workerData: job }))
    return { memory, desk }
  }

  /** Tries until somebody is there. */
  async function given(desk: Desk, call: KernelCall): Promise<void> {
    while (!desk.give(call)) await delay(5)
  }

  test('has nobody at first, then does one call after another', async () => {
    const { memory, desk } = await staffed()
    // A level of 4 x 1 pixels: where its pixels are, width, height, stride; and 4 bytes to fill it from.
    const [level, bytes, pixels] = [64, 128, 512]
    new Int32Array(memory.buffer, level, 4).set([pixels, 4, 1, 12])
    const call: KernelCall = { name: 'fillFromBytes', args: [bytes, level] }
    assert.equal(desk.give(call), false)
    for (const first of [7, 100, 255]) {
      new Uint8Array(memory.buffer, bytes, 4).set([first, 1, 2, 3])
      await given(desk, call)
      desk.untilDone()
      assert.deepEqual([...new Float32Array(memory.buffer, pixels, 4)], [first, 1, 2, 3])
    }
  })

  test('does nothing for a wake-up that was meant for an earlier wait', async () => {
    const { memory, desk } = await staffed()
    new Int32Array(memory.buffer, 64, 4).set([512, 4, 1, 12])
    await given(desk, { name: 'fillFromBytes', args: [128, 64] })
    desk.untilDone()
    await delay(50)
    new Uint8Array(memory.buffer, 128, 4).fill(9)
    assert.equal(Atomics.notify(new Int32Array(desk.buffer), 0), 1, 'the helper sleeps')
    await delay(50)
    assert.deepEqual([...new Float32Array(memory.buffer, 512, 4)], [0, 0, 0, 0])
  })

  test('tells of a call that fails', async () => {
    const { desk } = await staffed()
    const last = workers.at(-1) ?? assert.fail('no worker')
    const died = new Promise((resolve) => last.once('error', resolve))
    await given(desk, { name: 'fillFromBytes', args: [0, 0xfff_ffff] })
    assert.throws(() => desk.untilDone(), /a kernel thread failed/)
    assert.match(String(await died), /out of bounds/)
  })
})
