/** Reads an archive file back, every byte of it. */
import { setImmediate as turn } from 'node:timers/promises'
import type { ArchiveContent } from '#core/archive-store.ts'
import { archiveDigest, hashContent, invalid, notAnArchive, openArchive, readManifest } from './archive-file.ts'
import { named } from './archive-rows.ts'
import { goOn } from './care.ts'
import type { Context } from '#core/context.ts'
import { sha256Hex, toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

/** @throws archive.gone, archive.invalid naming what is not as it was written */
export async function checkArchive(path: string, ctx: Pick<Context, 'signal' | 'progress'>): Promise<ArchiveContent> {
  const file = openArchive(path)
  try {
    checkPages(file, path)
    const expected = readManifest(file, 'digest')
    const found = archiveDigest(file)
    if (found !== expected) throw invalid(path, `digest ${expected}`, found)
    await checkContent(file, path, ctx)
    checkRows(file, path, 'edit')
    checkRows(file, path, 'frozen')
    return contentOf(file)
  } catch (error) {
    throw notAnArchive(error, path)
  } finally {
    file.close()
  }
}

function checkPages(file: Database, path: string): void {
  const found = file.prepare('pragma quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw invalid(path, 'sound pages', String(found))
  const broken = file.prepare('pragma foreign_key_check').get()
  if (broken) throw invalid(path, `a row in ${String(broken['parent'])}`, 'none')
}

async function checkContent(
  file: Database,
  path: string,
  { signal, progress }: Pick<Context, 'signal' | 'progress'>,
): Promise<void> {
  const missing = file
    .prepare(`select sha from (${named} union select hash from session) where sha not in (select sha from content)`)
    .get()
  if (missing) throw invalid(path, `content ${toHex(missing['sha'] as Uint8Array)}`, 'none')
  const all = file.prepare('select distinct sha from content order by sha').all() as { sha: Uint8Array }[]
  for (const [i, { sha }] of all.entries()) {
    goOn(signal)
    const found = hashContent(file, sha, path)
    if (found !== toHex(sha)) throw invalid(path, `content with sha256 ${toHex(sha)}`, found)
    progress({ done: i + 1, total: all.length, unit: 'records and media', note: 'reading back' })
    await turn()
  }
}

function checkRows(file: Database, path: string, table: 'edit' | 'frozen'): void {
  const rows = file.prepare(`select hash, body from ${table}`).iterate() as Iterable<{ hash: Uint8Array; body: string }>
  for (const { hash, body } of rows) {
    const found = sha256Hex(body)
    if (found !== toHex(hash)) throw invalid(path, `${table} with sha256 ${toHex(hash)}`, found)
  }
}

export function contentOf(file: Database): ArchiveContent {
  const count = (table: string) => Number(file.prepare(`select count(*) as n from ${table}`).get()?.['n'])
  const versions = file.prepare('select dataset, version from version order by number').all()
  return {
    id: readManifest(file, 'id'),
    at: readManifest(file, 'at'),
    what: readManifest(file, 'what'),
    sessions: count('session'),
    edits: count('edit'),
    media: count(`(${named})`),
    versions: versions.map(({ dataset, version }) => `${String(dataset)}@${String(version)}`),
    consent: count('consent'),
  }
}
