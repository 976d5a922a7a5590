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
      session = opened(structuredClone(op.session))
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

function opened(session: JsonObject): Mutable {
  const { telemetry, media, outcome } = session
  if (media !== undefined && !Array.isArray(media)) throw bad('a list as "media"', brief(media))
  return {
    ...session,
    telemetry: telemetry ?? {},
    media: media ?? [],
    outcome: { status: null, error: null, durationMs: null, ...(isJsonObject(outcome) ? outcome : {}) },
  }
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
    checkKey(target, key, op.path)
    if (!Object.hasOwn(target, key)) target[key] = {}
    const next = target[key]
    if (!isJsonObject(next) && !Array.isArray(next)) throw bad(`an object or array at "${key}"`, brief(next))
    target = next as Mutable
  }
  checkKey(target, last, op.path)
  // Copied, since a later operation may reach into it, and the operations must fold to the same session again.
  const value = structuredClone(op.value)
  if (op.op === 'set') {
    target[last] = value
    return
  }
  if (!Object.hasOwn(target, last)) target[last] = []
  const list = target[last]
  if (!Array.isArray(list)) throw bad(`an array at ${op.path}`, brief(list))
  list.push(value)
}

/** A list grows by one at its end at most: an index far beyond would make a session of a billion nulls. */
function checkKey(target: Mutable, key: string, path: string): void {
  if (key === '__proto__') throw bad('ordinary property names', `"__proto__" in ${brief(path)}`)
  if (!Array.isArray(target)) return
  const fits = /^(0|[1-9]\d{0,8})$/.test(key) && Number(key) <= target.length
  if (!fits) throw bad(`an index from 0 to ${target.length}`, `"${brief(key)}" in ${brief(path)}`)
}

const bad = (expected: string, found: string) => fault('journal.invalid', { expected, found })
