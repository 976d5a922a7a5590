/** Keeps what sessions are found and counted by in step with them, inside the same transaction. */
import type { Facet } from '#core/query.ts'
import type { Database } from './sqlite-driver.ts'

/** One fact as the index holds it: texts have number 0, numbers the text ''. */
export type Term = readonly [key: string, text: string, num: number]

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

export function termsOf(envelope: Envelope, facets: PackedFacets): Term[] {
  const terms: Term[] = [['#host', envelope.host, 0]]
  if (envelope.status !== null) terms.push(['#status', envelope.status, 0])
  if (envelope.contributor !== null) terms.push(['#contributor', envelope.contributor, 0])
  for (const id of envelope.imports) terms.push(['#import', id, 0])
  for (const [key, value] of facets) terms.push(typeof value === 'string' ? [key, value, 0] : [key, '', value])
  return terms
}

/** Adds and removes index rows; counts are gathered and written once, by {@link IndexChange.flush}. */
export class IndexChange {
  readonly #db: Database
  readonly #values = new Map<string, { place: number; key: string; text: string; by: number }>()
  readonly #days = new Map<string, { place: number; day: number; status: string; by: number }>()

  constructor(db: Database) {
    this.#db = db
  }

  add(envelope: Envelope, seq: number, facets: PackedFacets): void {
    this.#change(envelope, seq, facets, 1)
  }

  remove(envelope: Envelope, seq: number, facets: PackedFacets): void {
    this.#change(envelope, seq, facets, -1)
  }

  /** One more fact of a session that is indexed already. */
  addTerm(place: number, at: number, seq: number, [key, text, num]: Term): void {
    this.#db
      .prepare('insert or ignore into facet (place, key, text, num, at, seq) values (?, ?, ?, ?, ?, ?)')
      .run(place, key, text, num, at, seq)
  }

  #change(envelope: Envelope, seq: number, facets: PackedFacets, by: 1 | -1): void {
    const { place, at } = envelope
    const statement = this.#db.prepare(
      by === 1
        ? 'insert or ignore into facet (place, key, text, num, at, seq) values (?, ?, ?, ?, ?, ?)'
        : 'delete from facet where place = ? and key = ? and text = ? and num = ? and at = ? and seq = ?',
    )
    for (const [key, text, num] of termsOf(envelope, facets)) {
      if (statement.run(place, key, text, num, at, seq).changes === 0 || text === '' || key.startsWith('#')) continue
      const name = `${place}\n${key}\n${text}`
      const value = this.#values.get(name)
      if (value) value.by += by
      else this.#values.set(name, { place, key, text, by })
    }
    const day = Math.floor(at / dayMs)
    const status = envelope.status ?? ''
    const name = `${place}\n${day}\n${status}`
    const tally = this.#days.get(name)
    if (tally) tally.by += by
    else this.#days.set(name, { place, day, status, by })
  }

  flush(): void {
    const value = this.#db.prepare(
      `insert into facet_value (place, key, text, sessions) values (?, ?, ?, ?)
       on conflict do update set sessions = sessions + excluded.sessions`,
    )
    let removed = false
    for (const { place, key, text, by } of this.#values.values()) {
      value.run(place, key, text, by)
      removed ||= by < 0
    }
    const day = this.#db.prepare(
      `insert into tally (place, day, status, sessions) values (?, ?, ?, ?)
       on conflict do update set sessions = sessions + excluded.sessions`,
    )
    for (const { place, day: number, status, by } of this.#days.values()) day.run(place, number, status, by)
    if (removed || [...this.#days.values()].some(({ by }) => by < 0)) this.#dropEmpty()
    this.#values.clear()
    this.#days.clear()
  }

  #dropEmpty(): void {
    const value = this.#db.prepare('delete from facet_value where place = ? and key = ? and text = ? and sessions <= 0')
    for (const { place, key, text } of this.#values.values()) value.run(place, key, text)
    const day = this.#db.prepare('delete from tally where place = ? and day = ? and status = ? and sessions <= 0')
    for (const { place, day: number, status } of this.#days.values()) day.run(place, number, status)
  }
}
