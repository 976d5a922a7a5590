/**
 * Who does the work of a batch. The kernel cuts a batch into as many parts as the crew has members, each with scratch of its
 * own; points are independent, so the result is the same to the last bit whatever the size of the crew.
 */
import { type CallName, type Exports, instantiate, type WasmMemory, type WasmModule } from './engine.ts'

export interface KernelCall {
  readonly name: CallName
  readonly args: readonly number[]
}

export interface Crew {
  readonly size: number
  /** Does all calls, no more than `size`, and returns when the last one is done. */
  run(calls: readonly KernelCall[]): void
}

/** Brings a crew to a module and the memory it works on. Other threads need both, and `performer` in each of them. */
export type Muster = (module: WasmModule, memory: WasmMemory) => Crew

/** What a member of a crew does with a call, in whatever thread it lives. */
export function performer(module: WasmModule, memory: WasmMemory): (call: KernelCall) => void {
  const calls = instantiate(module, memory)
  return ({ name, args }) => void calls[name](...args)
}

/** A crew of one, in this thread. */
export function alone(calls: Exports): Crew {
  return {
    size: 1,
    run(parts) {
      for (const { name, args } of parts) calls[name](...args)
    },
  }
}
