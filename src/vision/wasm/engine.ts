/** The few parts of WebAssembly that the kernel needs, named here so that no platform's type library is. */

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}

/** A compiled module; may be posted to another thread. */
export type WasmModule = object

type Call = (...args: number[]) => number
export type Exports = Readonly<Record<CallName | ScratchName, Call>>

export type CallName =
  | 'corners'
  | 'cut'
  | 'fillFromBytes'
  | 'fillFromWords'
  | 'flow'
  | 'halve'
  | 'maskedScores'
  | 'refine'
  | 'scores'
  | 'search'
export type ScratchName =
  | 'cornersScratch'
  | 'cutScratch'
  | 'flowScratch'
  | 'patternSize'
  | 'refineScratch'
  | 'scoresScratch'
  | 'searchScratch'

interface Engine {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => WasmMemory
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: Exports }
  compile(bytes: Uint8Array): Promise<WasmModule>
}

const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly

export const pageBytes = 65536

/** What the module was built with: 4 GiB, all that 32 bits address. Only what is grown is taken. */
const maximumPages = 65536

export const newMemory = (): WasmMemory => new engine.Memory({ initial: 1, maximum: maximumPages, shared: true })

export async function compile(base64: string): Promise<WasmModule> {
  return await engine.compile(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
}

/** The module holds no data of its own: instances on one memory differ by nothing but the scratch that a call names. */
export function instantiate(module: WasmModule, memory: WasmMemory): Exports {
  return new engine.Instance(module, { env: { memory } }).exports
}
