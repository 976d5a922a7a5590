/** The fastest kernel that runs on this machine. */
import { availableParallelism } from 'node:os'
import type { Context } from '#core/context.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { threadCrew } from './crew.ts'

export interface OpenKernel {
  readonly kernel: Kernel
  /** Ends its threads. */
  close(): Promise<void>
}

/** Batches of a few hundred points are too small for more. */
const mostThreads = 4

/** @param threads how many work on a batch; what the machine has, when absent */
export async function openKernel({ warn }: Pick<Context, 'warn'>, threads?: number): Promise<OpenKernel> {
  const size = threads ?? Math.min(mostThreads, availableParallelism())
  const crew = size > 1 ? threadCrew(size) : null
  const close = async () => crew?.close()
  try {
    return { kernel: await createWasmKernel(crew ? { muster: crew.muster } : {}), close }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `tracking runs several times slower: no fast WebAssembly here (${why})`
    warn({ code: 'kernel.slow', message, where: null })
    return { kernel: createReferenceKernel(), close }
  }
}
