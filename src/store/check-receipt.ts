/** Whether a receipt of an erasure tells the truth: looked for in the catalog, in archives and beside backups. Changes nothing. */
import { dirname } from 'node:path'
import { brief, fault } from '#core/faults.ts'
import { isJsonObject } from '#core/json.ts'
import type { ReceiptCheck } from '#core/store.ts'
import { openArchive } from './archive-file.ts'
import { archivePath } from './archive-rows.ts'
import { findMentions, sweptTables } from './commit-sweep.ts'
import { exists } from './durable-files.ts'
import { readErasures } from './erasures.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'
import { tombstone, tombstoneSalt } from './tombstones.ts'

type Check = ReceiptCheck['checks'][number]

/** @throws receipt.invalid for what is no receipt, or none of this store */
export async function checkReceipt({ db, paths }: StoreParts, receipt: unknown): Promise<ReceiptCheck> {
  const id = isJsonObject(receipt) && typeof receipt['id'] === 'string' ? receipt['id'] : null
  if (id === null) throw invalid('a receipt as "hindsight forget" wrote it', brief(receipt))
  const row = db.prepare('select body from receipt where id = ?').get(id)
  if (!row) throw invalid('a receipt of this data directory', id)
  const kept = JSON.parse(String(row['body'])) as Record<string, unknown>
  const stones = new Set(
    db
      .prepare('select hash from tombstone where receipt = ?')
      .all(id)
      .map(({ hash }) => toHex(hash as Uint8Array)),
  )
  const checks: readonly Check[] = [
    same(receipt as Record<string, unknown>, kept),
    {
      what: 'tombstones keep what was erased away',
      ok: stones.size >= Number(kept['sessions']) + Number(kept['edits']),
      found: `${stones.size} tombstones`,
    },
    gone(db, stones, 'sessions', 'session'),
    gone(db, stones, 'edits', 'edit'),
    contributors(db, stones),
    mentions(db),
    redacted(db, kept['versions'] as readonly string[]),
    ...(await archives(db, paths.root, stones)),
    ...(await backups(db, id, kept['backups'] as readonly string[])),
  ]
  return { receipt: id, checks, ok: checks.every(({ ok }) => ok !== false) }
}

const invalid = (expected: string, found: string) => fault('receipt.invalid', { expected, found })

function same(receipt: Readonly<Record<string, unknown>>, kept: Readonly<Record<string, unknown>>): Check {
  const other = Object.keys(kept).filter((key) => JSON.stringify(receipt[key]) !== JSON.stringify(kept[key]))
  const found = other.length === 0 ? 'the same' : `other ${other.join(', ')}`
  return { what: 'the receipt is what the store wrote', ok: other.length === 0, found }
}

function gone(db: Database, stones: ReadonlySet<string>, what: string, kind: 'session' | 'edit'): Check {
  const salt = tombstoneSalt(db)
  let left = 0
  for (const { id } of db.prepare(`select id from ${kind}`).iterate() as Iterable<{ id: string }>) {
    if (stones.has(toHex(tombstone(salt, kind, id)))) left++
  }
  return { what: `none of the ${what} is in the store`, ok: left === 0, found: `${left} ${what}` }
}

/** A person who was erased may have agreed again since; only runs from before count. */
function contributors(db: Database, stones: ReadonlySet<string>): Check {
  const salt = tombstoneSalt(db)
  const rows = db
    .prepare(
      `select s.contributor, count(*) as n from session s
       where s.contributor is not null and s.at <= (select r.at from receipt r join tombstone t on t.receipt = r.id order by r.at desc limit 1)
       group by 1`,
    )
    .all() as { contributor: string; n: number }[]
  const left = rows.filter(({ contributor }) => stones.has(toHex(tombstone(salt, 'contributor', contributor))))
  const sessions = left.reduce((sum, { n }) => sum + n, 0)
  return {
    what: 'no earlier run of the contributor is in the store',
    ok: sessions === 0,
    found: `${sessions} sessions`,
  }
}

function mentions(db: Database): Check {
  const found = sweptTables.map((table) => [table, findMentions(db, table).length] as const).filter(([, n]) => n > 0)
  return {
    what: 'no other table names what was erased',
    ok: found.length === 0,
    found: found.length === 0 ? 'none' : found.map(([table, n]) => `${n} rows of ${table}`).join(', '),
  }
}

function redacted(db: Database, versions: readonly string[]): Check {
  const bodies = db.prepare('select body from version').all() as { body: string }[]
  const whole = bodies
    .map(({ body }) => JSON.parse(body) as { dataset: string; version: string; redacted: boolean })
    .filter(({ dataset, version, redacted: isRedacted }) => !isRedacted && versions.includes(`${dataset}@${version}`))
  const found =
    whole.length === 0 ? `${versions.length} redacted` : whole.map((v) => `${v.dataset}@${v.version}`).join(', ')
  return { what: 'versions that held their samples are redacted', ok: whole.length === 0, found }
}

/** Every archive that the store knows, since which of them held something is not kept. */
async function archives(db: Database, root: string, stones: ReadonlySet<string>): Promise<readonly Check[]> {
  const salt = tombstoneSalt(db)
  const checks: Check[] = []
  for (const { path: kept } of db.prepare('select path from archive order by at').all() as { path: string }[]) {
    const path = archivePath(root, kept)
    const what = `nothing is left in ${path}`
    if (!(await exists(path))) {
      checks.push({ what, ok: null, found: 'no file; it is reached as soon as it is back' })
      continue
    }
    const file = openArchive(path)
    try {
      const ids = file.prepare('select id from session union select session as id from frozen_session').all()
      const left = ids.filter(({ id }) => stones.has(toHex(tombstone(salt, 'session', String(id))))).length
      checks.push({ what, ok: left === 0, found: `${left} sessions` })
    } finally {
      file.close()
    }
  }
  return checks
}

async function backups(db: Database, receipt: string, names: readonly string[]): Promise<readonly Check[]> {
  const find = db.prepare('select path from backup where name = ?')
  const checks: Check[] = []
  for (const name of names) {
    const what = `backup ${name} forgets it again when it is restored`
    const path = find.get(name)?.['path']
    if (typeof path !== 'string' || !(await exists(path))) {
      checks.push({ what, ok: null, found: 'no backup at its place' })
      continue
    }
    const isTold = (await readErasures(dirname(path))).some((line) => line.receipt === receipt)
    checks.push({ what, ok: isTold, found: isTold ? 'told' : 'not told yet' })
  }
  return checks
}
