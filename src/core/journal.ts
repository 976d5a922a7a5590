/**
 * A journal is a session being written: operations, one per line, appended as the run goes on. Closing it, or finding
 * its writer gone, folds the operations into one immutable session.
 */
import { brief, fault } from './faults.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { MediaRef } from './session.ts'

export type JournalOp =
  /** The envelope with context and settings: fixed from here on. */
  | { readonly op: 'open'; readonly session: JsonObject }
  /** Sets a value; `path` is a JSON pointer below /telemetry or /outcome. */
  | { readonly op: 'set'; readonly path: string; readonly value: Json }
  /** Appends to an array, which is made when it is not there. */
  | { readonly op: 'append'; readonly path: string; readonly value: Json }
  | { readonly op: 'media'; readonly media: MediaRef }
  | { readonly op: 'close'; readonly outcome: JsonObject }

/** What the outcome says when the writer of a journal was gone before it closed. */
export const lostWriter = {
  code: 'recorder.gone',
  message: 'the recording program ended before it closed the session',
} as const

type Mutable = { [key: string]: unknown }

/**
 * Folds operations into a session. Without a `close` the session is `failed`, with everything it had.
 *
 * @throws journal.invalid for an operation that does not fit what came before
 */
export function foldJournal(ops: Iterable<JournalOp>): JsonObject {
  let session: Mutable | null = null
  let closed = false
  for (const op of ops) {
    if (op.op === 'open') {
      if (session) throw bad('one "open" operation', 'a second one')
      session = {
        ...structuredClone(op.session),
        telemetry: structuredClone(op.session['telemetry'] ?? {}),
        media: [...((op.session['media'] as Json[] | undefined) ?? [])],
      }
      session['outcome'] = {
        status: null,
        error: null,
        durationMs: null,
        ...(isJsonObject(op.session['outcome']) ? op.session['outcome'] : {}),
      }
      continue
    }
    if (!session) throw bad('"open" as the first operation', `"${op.op}"`)
    if (closed) throw bad('nothing after "close"', `"${op.op}"`)
    if (op.op === 'close') {
      session['outcome'] = {
        ...(session['outcome'] as Mutable),
        ...op.outcome,
      }
      closed = true
    } else if (op.op === 'media') (session['media'] as unknown[]).push(op.media)
    else apply(session, op)
  }
  if (!session) throw bad('an "open" operation', 'an empty journal')
  if (!closed)
    session['outcome'] = {
      ...(session['outcome'] as Mutable),
      status: 'failed',
      error: lostWriter,
    }
  return session as JsonObject
}

function apply(session: Mutable, op: Extract<JournalOp, { op: 'set' | 'append' }>): void {
  const keys = op.path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop()
  if ((keys[0] !== 'telemetry' && keys[0] !== 'outcome') || last === undefined) {
    throw bad('a path below /telemetry or /outcome', brief(op.path))
  }
  let target: Mutable = session
  for (const key of keys) {
    if (!Object.hasOwn(target, key)) target[key] = {}
    const next = target[key]
    if (!isJsonObject(next) && !Array.isArray(next)) throw bad(`an object or array at "${key}"`, brief(next))
    target = next as Mutable
  }
  if (last === '__proto__') throw bad('ordinary property names', '"__proto__"')
  if (op.op === 'set') {
    target[last] = op.value
    return
  }
  if (!Object.hasOwn(target, last)) target[last] = []
  const list = target[last]
  if (!Array.isArray(list)) throw bad(`an array at ${op.path}`, brief(list))
  list.push(op.value)
}

const bad = (expected: string, found: string) => fault('journal.invalid', { expected, found })
