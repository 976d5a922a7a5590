/** Page cursors: where a page ended, sealed with the installation's secret so that a made-up one is refused. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { brief, fault } from '#core/faults.ts'
import { canonicalJson } from '#core/json.ts'

/** What a list was asked for: a page goes on only for the same question. */
type Question = object

/** A row's place in the order of lists. */
export interface Position {
  readonly at: number
  readonly seq: number
}

const seal = (secret: string, query: Question, position: string): Buffer =>
  createHmac('sha256', secret)
    .update(`cursor\n${position}\n${canonicalJson(query)}`)
    .digest()
    .subarray(0, 12)

export function writeCursor(secret: string, query: Question, { at, seq }: Position): string {
  const position = `${at}.${seq}`
  return `${position}.${seal(secret, query, position).toString('base64url')}`
}

/** @throws cursor.invalid for one that this query did not give out */
export function readCursor(secret: string, query: Question, cursor: string): Position {
  const [, position, at, seq, given] = /^((-?\d{1,16})\.(\d{1,16}))\.([\w-]{16})$/.exec(cursor) ?? []
  if (position !== undefined && given !== undefined) {
    if (timingSafeEqual(seal(secret, query, position), Buffer.from(given, 'base64url'))) {
      return { at: Number(at), seq: Number(seq) }
    }
  }
  throw fault('cursor.invalid', { expected: 'the "next" of a page of this query', found: brief(cursor, 60) })
}
