/** Keeps what sessions are found and counted by in step with them, inside the same transaction. */
import type { SQLInputValue } from 'node:sqlite'
import type { Facet } from '#core/query.ts'
import type { Facts } from './facts.ts'
import { bucketOf } from './number-buckets.ts'
import type { Database } from './sqlite-driver.ts'

/** The column `session.facets`: what is needed to index a session again, or to take it out. */
export type PackedFacets = readonly (readonly [key: string, value: string | number])[]

export const dayMs = 86_400_000

export function packFacets(facets: readonly Facet[]): PackedFacets {
  return facets.map((facet) => {
    if (facet.key.startsWith('#')) throw new TypeError(`A facet key must not begin with #: ${facet.key}`)
    if ('text' in facet) return [facet.key, facet.text] as const
    if (!Number.isFinite(facet.number)) throw new TypeError(`A facet must be a finite number: ${facet.key}`)
    // Minus zero would be another row than zero.
    return [facet.key, facet.number === 0 ? 0 : facet.number] as const
  })
}

/** Facts of the envelope, under keys that no domain may use. */
export interface Envelope {
  readonly place: number
  readonly at: number
  readonly status: string | null
  readonly contributor: string | null
  readonly host: string
  /** Ids of the imports that named it. */
  readonly imports: readonly string[]
}

export interface IndexedSession extends Envelope {
  readonly facets: PackedFacets
  /** Words it is found by, with spaces between. */
  readonly words: string
}

type FactRow = readonly [fact: number, num: number]

/** What becomes of a fact in one call. */
interface FactChange {
  by: number
  /** Bounds of the numbers added; beyond each other when there were none. */
  low: number
  high: number
  /** Bounds of the numbers removed. */
  lostLow: number
  lostHigh: number
}

interface DayChange {
  readonly place: number
  readonly day: number
  readonly status: string
  by: number
}

/** Adds and removes index rows; counts are gathered and written once, by {@link IndexChange.flush}. */
export class IndexChange {
  readonly #db: Database
  readonly #facts: Facts
  readonly #changes = new Map<number, FactChange>()
  readonly #days = new Map<string, DayChange>()

  constructor(parts: { readonly db: Database; readonly facts: Facts }) {
    this.#db = parts.db
    this.#facts = parts.facts
  }

  add(session: IndexedSession, seq: number): void {
    const rows = this.#rowsOf(session)
    insertFacets(this.#db, session.at, seq, rows)
    this.#count(session, rows, 1)
  }

  remove(session: IndexedSession, seq: number): void {
    const rows = this.#rowsOf(session)
    const statement = this.#db.prepare('delete from facet where fact = ? and at = ? and seq = ? and num = ?')
    for (const [fact, num] of rows) statement.run(fact, session.at, seq, num)
    this.#count(session, rows, -1)
  }

  /** One more import that named a session which is indexed already. */
  addImport({ place, at }: Envelope, seq: number, importId: string): void {
    const fact = this.#facts.text(place, '#import', importId)
    if (insertFacets(this.#db, at, seq, [[fact, 0]]) > 0) this.#change(fact).by++
  }

  /** Each fact once, as [fact, number] pairs. */
  #rowsOf({ place, status, contributor, host, imports, facets, words }: IndexedSession): FactRow[] {
    const facts = this.#facts
    const rows: FactRow[] = [[facts.text(place, '#host', host), 0]]
    if (status !== null) rows.push([facts.text(place, '#status', status), 0])
    if (contributor !== null) rows.push([facts.text(place, '#contributor', contributor), 0])
    for (const id of imports) rows.push([facts.text(place, '#import', id), 0])
    for (const [key, value] of facets) {
      if (typeof value === 'string') addOnce(rows, facts.text(place, key, value), 0)
      else addOnce(rows, facts.bucket(place, key, bucketOf(value)), value)
    }
    // Words are different already.
    if (words !== '') for (const word of words.split(' ')) rows.push([facts.text(place, '#word', word), 0])
    return rows
  }

  #change(fact: number): FactChange {
    let change = this.#changes.get(fact)
    if (!change) {
      change = { by: 0, low: Infinity, high: -Infinity, lostLow: Infinity, lostHigh: -Infinity }
      this.#changes.set(fact, change)
    }
    return change
  }

  #count({ place, at, status }: Envelope, rows: readonly FactRow[], by: 1 | -1): void {
    let previous = -1
    for (const [fact, num] of rows) {
      const change = this.#change(fact)
      // Two numbers of one bucket are one session; they stand next to each other.
      if (fact !== previous) change.by += by
      previous = fact
      if (by === 1) {
        change.low = Math.min(change.low, num)
        change.high = Math.max(change.high, num)
      } else {
        change.lostLow = Math.min(change.lostLow, num)
        change.lostHigh = Math.max(change.lostHigh, num)
      }
    }
    const day = Math.floor(at / dayMs)
    const name = `${place} ${day} ${status}`
    const tally = this.#days.get(name)
    if (tally) tally.by += by
    else this.#days.set(name, { place, day, status: status ?? '', by })
  }

  /** @returns the facts that lost sessions */
  flush(): readonly number[] {
    const lost: number[] = []
    for (const [fact, change] of this.#changes) {
      writeFact(this.#db, fact, change)
      if (change.by < 0) lost.push(fact)
    }
    const day = this.#db.prepare(
      `insert into tally (place, day, status, sessions) values (?, ?, ?, ?)
       on conflict do update set sessions = sessions + excluded.sessions`,
    )
    const empty = this.#db.prepare('delete from tally where place = ? and day = ? and status = ? and sessions <= 0')
    for (const { place, day: number, status, by } of this.#days.values()) {
      day.run(place, number, status, by)
      if (by < 0) empty.run(place, number, status)
    }
    this.#changes.clear()
    this.#days.clear()
    return lost
  }
}

/** Puts a row beside those of the same fact, unless it is there. */
function addOnce(rows: FactRow[], fact: number, num: number): void {
  let at = rows.length
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]?.[0] !== fact) continue
    if (rows[i]?.[1] === num) return
    at = i + 1
  }
  rows.splice(at, 0, [fact, num])
}

function writeFact(db: Database, fact: number, { by, low, high, lostLow, lostHigh }: FactChange): void {
  if (low <= high) {
    db.prepare(
      'update fact set sessions = sessions + ?1, low = min(coalesce(low, ?2), ?2), high = max(coalesce(high, ?3), ?3) where id = ?4',
    ).run(by, low, high, fact)
  } else {
    db.prepare('update fact set sessions = sessions + ? where id = ?').run(by, fact)
  }
  // A bound that was taken away must be looked for again; anything between tells nothing.
  const bound = db.prepare('select 1 from fact where id = ? and numeric = 1 and (low >= ? or high <= ?)')
  if (lostLow <= lostHigh && bound.get(fact, lostLow, lostHigh)) findBounds(db, fact)
}

export function findBounds(db: Database, fact: number): void {
  db.prepare(
    `update fact set low = (select min(num) from facet where facet.fact = ?1),
     high = (select max(num) from facet where facet.fact = ?1) where id = ?1`,
  ).run(fact)
}

/** Rows per statement: one call into SQLite costs about as much as one row. */
const rowsAtOnce = 16

/** @returns how many rows were new */
function insertFacets(db: Database, at: number, seq: number, rows: readonly FactRow[]): number {
  let added = 0
  for (let i = 0; i < rows.length; i += rowsAtOnce) {
    const some = rows.slice(i, i + rowsAtOnce)
    const values: SQLInputValue[] = [at, seq]
    for (const [fact, num] of some) values.push(fact, num)
    added += Number(db.prepare(insertText(some.length)).run(...values).changes)
  }
  return added
}

const insertTexts = new Map<number, string>()

function insertText(rows: number): string {
  let text = insertTexts.get(rows)
  if (text === undefined) {
    const values = Array.from({ length: rows }, (_, i) => `(?${3 + 2 * i}, ?1, ?2, ?${4 + 2 * i})`)
    text = `insert or ignore into facet (fact, at, seq, num) values ${values.join(', ')}`
    insertTexts.set(rows, text)
  }
  return text
}
