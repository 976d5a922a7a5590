/** Figures over what was recorded. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { SessionQuery } from '#core/query.ts'
import type { DomainName } from '#core/session.ts'
import type { StoreHealth, TallyRow } from '#core/store.ts'
import { domains } from '#domains/domains.ts'
import type { Engine } from './engine.ts'
import { readSession } from './read.ts'

export interface Overview extends StoreHealth {
  readonly tally: readonly TallyRow[]
}

export async function overview(engine: Engine, project: string | null): Promise<Overview> {
  const [health, tally] = await Promise.all([engine.store.health(), engine.store.catalog.tally(project)])
  return { ...health, tally }
}

/** As somebody sees it who is bound to a project: its own figures, and of the store only what all must know. */
export async function projectOverview(engine: Engine, project: string): Promise<Overview> {
  const all = await overview(engine, project)
  const sessions = all.tally.reduce((sum, row) => sum + row.sessions, 0)
  const edits = await engine.store.catalog.countEdits(project)
  return { ...all, sessions, edits, lastVerify: null, lastBackup: null }
}

export interface TableInfo {
  readonly name: string
  readonly domain: DomainName
  readonly about: string
}

export const statTables: readonly TableInfo[] = domains.flatMap((domain) =>
  Object.entries(domain.tables).map(([name, table]) => ({ name, domain: domain.name, about: table.about })),
)

export interface Table extends TableInfo {
  readonly columns: readonly { readonly name: string; readonly unit: string | null }[]
  readonly rows: readonly { readonly group: string; readonly values: readonly (number | null)[] }[]
}

/** Gathers one table in one pass. @throws query.invalid for a table that no domain has */
export async function statTable(engine: Engine, name: string, query: SessionQuery, ctx: Context): Promise<Table> {
  const domain = domains.find(
    (candidate) => Object.hasOwn(candidate.tables, name) && (query.domain ?? candidate.name) === candidate.name,
  )
  const table = domain?.tables[name]
  if (!domain || !table) {
    const expected = `one of ${statTables.map((known) => known.name).join(', ')}`
    throw fault('query.invalid', { expected, found: `"${name}"`, where: 'the table' })
  }
  const gatherer = table.start()
  let done = 0
  for await (const stored of engine.store.catalog.scan({ ...query, domain: domain.name })) {
    ctx.signal.throwIfAborted()
    gatherer.add(readSession(stored))
    if (++done % 1000 === 0) ctx.progress({ done, total: null, unit: 'sessions', note: null })
  }
  return { name, domain: domain.name, about: table.about, columns: table.columns, rows: gatherer.rows() }
}
