/** The fastest kernel that runs on this machine. */
import type { Context } from '#core/context.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'

export async function openKernel({ warn }: Pick<Context, 'warn'>): Promise<Kernel> {
  try {
    return await createWasmKernel()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    warn({
      code: 'kernel.slow',
      message: `tracking runs several times slower: no fast WebAssembly here (${why})`,
      where: null,
    })
    return createReferenceKernel()
  }
}
