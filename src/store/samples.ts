/** The index of training examples. */
import { setImmediate as turn } from 'node:timers/promises'
import { canonicalJson, parseJson } from '#core/json.ts'
import type { SessionQuery } from '#core/query.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import type { SampleIndex } from '#core/store.ts'
import { lastSeq } from './catalog-read.ts'
import type { DiskGuard } from './disk.ts'
import { fromHex, toHex } from './hashing.ts'
import { isWholePlaces, readFilters } from './query-filters.ts'
import { oldest, walk } from './query-plan.ts'
import { SeqSet } from './seq-set.ts'
import type { Database } from './sqlite-driver.ts'
import type { Writer } from './writer.ts'

/** Up to so many sessions their samples are looked up one by one; beyond, the whole index is walked. */
const selective = 5_000
const batchRows = 500
/** Sessions read at once when all are wanted: about 5 ms. */
const sessionRows = 10_000
const invalidateRows = 5_000

interface SampleKey {
  readonly key: number
  readonly id: string
  readonly seq: number
}

export interface SamplesParts {
  readonly db: Database
  readonly writer: Writer
  readonly disk: DiskGuard
}

export class SqliteSamples implements SampleIndex {
  readonly #parts: SamplesParts
  /** What `pending` said last, so that an edit which comes in while samples are derived is not overlooked. */
  #stamps = new Map<string, number>()

  constructor(parts: SamplesParts) {
    this.#parts = parts
  }

  async pending(limit: number): Promise<readonly string[]> {
    const rows = this.#parts.db
      .prepare(
        `select s.id, d.stamp from sample_due d cross join session s on s.seq = d.seq
         where s.aside is null order by d.seq limit ?`,
      )
      .all(limit) as { id: string; stamp: number }[]
    this.#stamps = new Map(rows.map(({ id, stamp }) => [id, stamp]))
    return rows.map(({ id }) => id)
  }

  async putSamples(
    entries: readonly { readonly session: string; readonly samples: readonly Sample[] }[],
  ): Promise<void> {
    const ready = entries.map(({ session, samples }) => ({
      session,
      stamp: this.#stamps.get(session) ?? null,
      samples: samples.map((sample) => ({
        type: sample.type,
        id: sample.id,
        body: canonicalJson(sample, 'the sample'),
      })),
    }))
    await this.#parts.disk.admit(
      ready.flatMap(({ samples }) => samples).reduce((sum, { body }) => sum + body.length, 0),
    )
    await this.#parts.writer.call('putSamples', { entries: ready }, entries.length)
  }

  async *scan(query: SessionQuery, type: SampleType): AsyncIterable<Sample> {
    const { db } = this.#parts
    const read = db.prepare('select body from sample where key = ?')
    for await (const keys of this.#keys(await this.#sessions(query), type)) {
      for (const { key } of keys) {
        const row = read.get(key) as { body: string } | undefined
        if (row) yield parseJson(row.body, 'a sample') as unknown as Sample
      }
    }
  }

  async count(query: SessionQuery, type: SampleType | null): Promise<Readonly<Partial<Record<SampleType, number>>>> {
    const { db } = this.#parts
    const counts: Partial<Record<SampleType, number>> = {}
    const types = db.prepare('select distinct type from sample').all() as { type: SampleType }[]
    const sessions = await this.#sessions(query)
    for (const { type: one } of types) {
      if (type !== null && one !== type) continue
      let count = 0
      let previous: string | null = null
      // Samples of one id are one sample, seen by several sessions.
      for await (const keys of this.#keys(sessions, one)) {
        for (const { id } of keys) {
          if (id !== previous) count++
          previous = id
        }
      }
      if (count > 0) counts[one] = count
    }
    return counts
  }

  /** The sessions a query finds, one bit for each, so that memory stays small whatever it finds. */
  async #sessions(query: SessionQuery): Promise<SeqSet> {
    const { db } = this.#parts
    const maxSeq = lastSeq(db)
    const set = new SeqSet(maxSeq)
    const filters = readFilters(db, query)
    if (isWholePlaces(filters)) {
      const places = JSON.stringify(filters.places.map(({ place }) => place))
      const statement = db.prepare(
        `select seq from session where seq > ? and seq <= ? and aside is null
         and place in (select value from json_each(?))`,
      )
      for (let from = 0; from < maxSeq; from += sessionRows) {
        const rows = statement.all(from, Math.min(from + sessionRows, maxSeq), places) as { seq: number }[]
        for (const { seq } of rows) set.add(seq)
        await turn()
      }
      return set
    }
    for await (const found of walk({ db, filters, direction: 'oldest first', after: oldest, maxSeq })) {
      for (const { seq } of found) set.add(seq)
    }
    return set
  }

  /** The samples of these sessions by id, then session. */
  async *#keys(sessions: SeqSet, type: SampleType): AsyncGenerator<readonly SampleKey[]> {
    if (sessions.size <= selective) {
      yield this.#fewKeys(sessions, type)
      return
    }
    const statement = this.#parts.db.prepare(
      `select key, id, seq from sample indexed by sample_order
       where type = ? and (id, seq, key) > (?, ?, ?) order by id, seq, key limit ${batchRows}`,
    )
    let after: SampleKey = { id: '', seq: -1, key: -1 }
    for (;;) {
      const rows = statement.all(type, after.id, after.seq, after.key) as unknown as SampleKey[]
      yield rows.filter(({ seq }) => sessions.has(seq))
      const last = rows.at(-1)
      if (!last || rows.length < batchRows) return
      after = last
      await turn()
    }
  }

  #fewKeys(sessions: SeqSet, type: SampleType): readonly SampleKey[] {
    const statement = this.#parts.db.prepare('select key, id, seq from sample where seq = ? and type = ?')
    const keys = [...sessions.values()].flatMap((seq) => statement.all(seq, type) as unknown as SampleKey[])
    return keys.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.seq - b.seq || a.key - b.key))
  }

  async invalidate(): Promise<void> {
    this.#stamps.clear()
    for (let after: number | null = 0; after !== null; ) {
      after = await this.#parts.writer.call('invalidateBatch', { after, limit: invalidateRows }, invalidateRows)
    }
  }

  async putFingerprints(entries: readonly { readonly sha256: string; readonly hash: string }[]): Promise<void> {
    if (entries.length > 0) await this.#parts.writer.call('putFingerprints', { entries }, entries.length)
  }

  async fingerprints(sha256s: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const statement = this.#parts.db.prepare('select sha, hash from fingerprint where sha = ?')
    const found = new Map<string, string>()
    for (const sha256 of sha256s) {
      const row = statement.get(fromHex(sha256)) as { sha: Uint8Array; hash: string } | undefined
      if (row) found.set(toHex(row.sha), row.hash)
    }
    return found
  }
}
