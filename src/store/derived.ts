/** Keeps what sessions are found and counted by in step with them, inside the same transaction. */
import type { SQLInputValue } from 'node:sqlite'
import type { Facet } from '#core/query.ts'
import type { Facts } from './facts.ts'
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

/** Adds and removes index rows; counts are gathered and written once, by {@link IndexChange.flush}. */
export class IndexChange {
  readonly #db: Database
  readonly #facts: Facts
  readonly #sessions = new Map<number, number>()
  readonly #days = new Map<
    string,
    { readonly place: number; readonly day: number; readonly status: string; by: number }
  >()

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
    const statement = this.#db.prepare('delete from facet where fact = ? and num = ? and at = ? and seq = ?')
    for (const [fact, num] of rows) statement.run(fact, num, session.at, seq)
    this.#count(session, rows, -1)
  }

  /** One more import that named a session which is indexed already. */
  addImport({ place, at }: Envelope, seq: number, importId: string): void {
    const fact = this.#facts.id(place, '#import', 0, importId)
    if (insertFacets(this.#db, at, seq, [[fact, 0]]) === 0) return
    this.#sessions.set(fact, (this.#sessions.get(fact) ?? 0) + 1)
  }

  /** Each fact once, as [fact, number] pairs. */
  #rowsOf({ place, status, contributor, host, imports, facets, words }: IndexedSession): FactRow[] {
    const rows: FactRow[] = []
    const add = (fact: number, num: number) => {
      for (const row of rows) if (row[0] === fact && row[1] === num) return
      rows.push([fact, num])
    }
    const text = (key: string, value: string) => add(this.#facts.id(place, key, 0, value), 0)
    text('#host', host)
    if (status !== null) text('#status', status)
    if (contributor !== null) text('#contributor', contributor)
    for (const id of imports) text('#import', id)
    for (const [key, value] of facets) {
      if (typeof value === 'string') text(key, value)
      else add(this.#facts.id(place, key, 1, ''), value)
    }
    // Words are different already.
    if (words !== '') for (const word of words.split(' ')) rows.push([this.#facts.id(place, '#word', 0, word), 0])
    return rows
  }

  #count({ place, at, status }: Envelope, rows: readonly FactRow[], by: 1 | -1): void {
    for (const fact of new Set(rows.map(([id]) => id))) this.#sessions.set(fact, (this.#sessions.get(fact) ?? 0) + by)
    const day = Math.floor(at / dayMs)
    const name = `${place} ${day} ${status}`
    const tally = this.#days.get(name)
    if (tally) tally.by += by
    else this.#days.set(name, { place, day, status: status ?? '', by })
  }

  /** @returns the facts that lost sessions */
  flush(): readonly number[] {
    const fact = this.#db.prepare('update fact set sessions = sessions + ? where id = ?')
    for (const [id, by] of this.#sessions) fact.run(by, id)
    const day = this.#db.prepare(
      `insert into tally (place, day, status, sessions) values (?, ?, ?, ?)
       on conflict do update set sessions = sessions + excluded.sessions`,
    )
    const empty = this.#db.prepare('delete from tally where place = ? and day = ? and status = ? and sessions <= 0')
    for (const { place, day: number, status, by } of this.#days.values()) {
      day.run(place, number, status, by)
      if (by < 0) empty.run(place, number, status)
    }
    const lost = [...this.#sessions].filter(([, by]) => by < 0).map(([id]) => id)
    this.#sessions.clear()
    this.#days.clear()
    return lost
  }
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
    const values = Array.from({ length: rows }, (_, i) => `(?${3 + 2 * i}, ?${4 + 2 * i}, ?1, ?2)`)
    text = `insert or ignore into facet (fact, num, at, seq) values ${values.join(', ')}`
    insertTexts.set(rows, text)
  }
  return text
}
