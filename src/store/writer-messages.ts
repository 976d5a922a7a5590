/** What the threads of a store say to each other. */
import type { FaultCode } from '#core/fault-codes.ts'
import { Fault, fault } from '#core/faults.ts'

export interface Call {
  readonly id: number
  readonly op: string
  readonly args: unknown
}

export type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: SentError })

/** An error as it crosses a thread: faults keep their parts, bugs their stack. */
export type SentError =
  | {
      readonly kind: 'fault'
      readonly code: FaultCode
      readonly expected: string
      readonly found: string
      readonly fix: string
      readonly where: string | null
    }
  | { readonly kind: 'bug'; readonly name: string; readonly message: string; readonly stack: string }

export function sendError(error: unknown): SentError {
  if (error instanceof Fault) {
    const { code, expected, found, fix, where } = error
    return { kind: 'fault', code, expected, found, fix, where }
  }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'bug', name, message, stack: stack ?? message }
}

export function receiveError(sent: SentError): Error {
  if (sent.kind === 'fault') {
    const { code, expected, found, fix, where } = sent
    return fault(code, where === null ? { expected, found, fix } : { expected, found, fix, where })
  }
  const error = new Error(sent.message)
  error.name = sent.name
  error.stack = sent.stack
  return error
}
