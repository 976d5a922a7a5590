/**
 * Compiles the tracking kernels (AssemblyScript) to the source of a TypeScript module that holds them. The same sources and
 * the same pinned compiler give the same bytes, which a test checks.
 */
import asc from 'assemblyscript/asc'
import { readFileSync } from 'node:fs'

const sources = new URL('../src/vision/wasm/assembly/', import.meta.url)

export const modulePath = new URL('../src/vision/wasm/module-bytes.ts', import.meta.url)

// Memory is brought in and shared, so that threads can work on one; its pages must be those of src/vision/wasm/engine.ts.
const options =
  '-O3 --noAssert --runtime stub --enable simd --enable threads --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536'.split(
    ' ',
  )

/** @throws with the compiler's words */
export async function compileKernels(): Promise<string> {
  let binary: Uint8Array | undefined
  let text = ''
  const words: string[] = []
  const { error } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', '--textFile', 'kernels.wat', ...options], {
    readFile: (name) => readSource(name),
    writeFile: (name, contents) => {
      if (typeof contents === 'string') text = contents
      else if (name === 'kernels.wasm') binary = contents
    },
    listFiles: () => [],
    stderr: { write: (chunk) => void words.push(String(chunk)) },
  })
  if (error !== null || binary === undefined) throw new Error(`the kernels do not compile\n${words.join('')}`)
  // Each thread's instance would write it anew over what the others have at that address.
  if (text.includes('(data ')) throw new Error('the kernels hold static data, but their memory is not theirs')
  return [
    '// Written by `npm run build:kernels` from the files of assembly/.',
    `export const moduleBase64 =\n  '${Buffer.from(binary).toString('base64')}'`,
    '',
  ].join('\n')
}

/** null, which tells the compiler to look elsewhere, for what is not there. */
function readSource(name: string): string | null {
  try {
    return readFileSync(new URL(name, sources), 'utf8')
  } catch {
    return null
  }
}
