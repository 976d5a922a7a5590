/** Counts and summaries, answered from tables that are kept up to date with every commit. */
import type { SessionQuery } from '#core/query.ts'
import type { DomainName, RunStatus } from '#core/session.ts'
import type { FacetSummary, TallyRow } from '#core/store.ts'
import { dayMs } from './derived.ts'
import { findPlaces } from './places.ts'
import { isWholePlaces, readFilters } from './query-filters.ts'
import { countSingle, newest, walk } from './query-plan.ts'
import { type Database, sql } from './sqlite-driver.ts'

const shownValues = 50
/** Distinct texts that are looked at to find the most frequent. */
const scannedValues = 20_000

export async function countSessions(db: Database, query: SessionQuery, cap: number): Promise<number> {
  const filters = readFilters(db, query)
  if (isWholePlaces(filters)) {
    const row = db
      .prepare('select sum(sessions) as n from tally where place in (select value from json_each(?))')
      .get(JSON.stringify(filters.places.map(({ place }) => place)))
    return Math.min(Number(row?.['n'] ?? 0), cap)
  }
  const single = countSingle(db, filters, cap)
  if (single !== null) return single
  let count = 0
  for await (const found of walk({ db, filters, direction: 'newest first', after: newest })) {
    count += found.length
    if (count >= cap) return cap
  }
  return count
}

export function readTally(db: Database, project: string | null): readonly TallyRow[] {
  let query = sql
    .selectFrom('tally')
    .innerJoin('place', 'place.id', 'tally.place')
    .select(['project', 'domain', 'day', 'status', 'sessions'])
    .orderBy('project')
    .orderBy('domain')
    .orderBy('day')
    .orderBy('status')
  if (project !== null) query = query.where('project', '=', project)
  return db.all(query).map((row) => ({
    project: row.project,
    domain: row.domain as DomainName,
    day: new Date(row.day * dayMs).toISOString().slice(0, 10),
    status: row.status === '' ? null : (row.status as RunStatus),
    sessions: row.sessions,
  }))
}

export function summarizeFacets(db: Database, project: string, domain: DomainName | null): readonly FacetSummary[] {
  const places = findPlaces(db, project, domain ?? undefined).map(({ id }) => id)
  const keys = new Set(places.flatMap((place) => facetKeys(db, place)))
  return [...keys].sort().flatMap((key) => {
    const values = frequentTexts(db, places, key)
    const range = numberRange(db, places, key)
    const text: FacetSummary = { key, kind: 'text', values, min: null, max: null }
    return [
      ...(values.length > 0 ? [text] : []),
      ...(range ? [{ key, kind: 'number' as const, values: [], ...range }] : []),
    ]
  })
}

/** Hops from key to key through the index: there may be many texts under one key. */
function facetKeys(db: Database, place: number): readonly string[] {
  const next = db.prepare('select min(key) as key from fact where place = ? and key > ?')
  const keys: string[] = []
  for (let key = ''; ; ) {
    const found = next.get(place, key)?.['key']
    if (typeof found !== 'string') return keys
    if (!found.startsWith('#')) keys.push(found)
    key = found
  }
}

function frequentTexts(db: Database, places: readonly number[], key: string) {
  const counts = new Map<string, number>()
  const statement = db.prepare(
    `select text, sessions from
       (select text, sessions from fact where place = ? and key = ? and numeric = 0 limit ${scannedValues})
     where sessions > 0 order by sessions desc, text limit ${shownValues}`,
  )
  for (const place of places) {
    for (const row of statement.all(place, key) as { text: string; sessions: number }[]) {
      counts.set(row.text, (counts.get(row.text) ?? 0) + row.sessions)
    }
  }
  return [...counts]
    .map(([text, sessions]) => ({ text, sessions }))
    .sort((a, b) => b.sessions - a.sessions || (a.text < b.text ? -1 : 1))
    .slice(0, shownValues)
}

function numberRange(db: Database, places: readonly number[], key: string): { min: number; max: number } | null {
  const statement = db.prepare(
    'select min(low) as min, max(high) as max from fact where place = ? and key = ? and numeric = 1 and sessions > 0',
  )
  const found = places
    .map((place) => statement.get(place, key) as { min: number | null; max: number | null })
    .flatMap(({ min, max }) => (min === null || max === null ? [] : [{ min, max }]))
  if (found.length === 0) return null
  return { min: Math.min(...found.map(({ min }) => min)), max: Math.max(...found.map(({ max }) => max)) }
}
