/** Facts are kept once and named by a number in the index; the writer remembers the numbers. */
import { bucketText } from './number-buckets.ts'
import type { Database } from './sqlite-driver.ts'

const maxKept = 50_000

/** What is remembered of one key in one place. */
interface KeyFacts {
  readonly texts: Map<string, number>
  readonly buckets: Map<number, number>
}

export class Facts {
  readonly #db: Database
  #places = new Map<number, Map<string, KeyFacts>>()
  #kept = 0
  #generation: unknown = null

  constructor(db: Database) {
    this.#db = db
  }

  forget(): void {
    this.#places = new Map()
    this.#kept = 0
  }

  /** At the beginning of each transaction: another process may have deleted facts that are remembered here. */
  refresh(): void {
    const generation = this.#db.prepare(`select value from setting where key = 'generation'`).get()?.['value'] ?? null
    if (generation !== this.#generation) this.forget()
    this.#generation = generation
  }

  /** The number of a text fact, given to it when it is new. */
  text(place: number, key: string, text: string): number {
    const { texts } = this.#ofKey(place, key)
    return texts.get(text) ?? this.#keep(texts, text, this.#make(place, key, 0, text))
  }

  /** The number of the fact that a number is in this bucket. */
  bucket(place: number, key: string, bucket: number): number {
    const { buckets } = this.#ofKey(place, key)
    return buckets.get(bucket) ?? this.#keep(buckets, bucket, this.#make(place, key, 1, bucketText(bucket)))
  }

  #ofKey(place: number, key: string): KeyFacts {
    let keys = this.#places.get(place)
    if (!keys) this.#places.set(place, (keys = new Map()))
    let facts = keys.get(key)
    if (!facts) keys.set(key, (facts = { texts: new Map(), buckets: new Map() }))
    return facts
  }

  #keep<Name>(names: Map<Name, number>, name: Name, id: number): number {
    if (++this.#kept > maxKept) this.forget()
    else names.set(name, id)
    return id
  }

  #make(place: number, key: string, numeric: 0 | 1, text: string): number {
    const known = findFact(this.#db, place, key, numeric, text)
    if (known) return known.id
    const statement = this.#db.prepare('insert into fact (place, key, numeric, text, sessions) values (?, ?, ?, ?, 0)')
    return Number(statement.run(place, key, numeric, text).lastInsertRowid)
  }

  /** Deletes those of these facts that no session has any more. */
  drop(ids: Iterable<number>): void {
    const statement = this.#db.prepare('delete from fact where id = ? and sessions <= 0')
    let dropped = 0
    for (const id of ids) dropped += Number(statement.run(id).changes)
    if (dropped > 0) this.newGeneration()
  }

  newGeneration(): void {
    this.#db
      .prepare(
        `insert into setting (key, value) values ('generation', '1')
         on conflict do update set value = cast(value as integer) + 1`,
      )
      .run()
    this.forget()
  }
}

export interface Fact {
  readonly id: number
  /** How many sessions have it. */
  readonly sessions: number
}

export function findFact(db: Database, place: number, key: string, numeric: 0 | 1, text: string): Fact | undefined {
  const statement = db.prepare('select id, sessions from fact where place = ? and key = ? and numeric = ? and text = ?')
  return statement.get(place, key, numeric, text) as Fact | undefined
}
