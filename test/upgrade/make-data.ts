/**
 * Makes the data directory that an upgrade is tried with, and says how its exports must look: run by the program of the release whose
 * data it stands for. `node test/upgrade/make-data.ts NAME` in a checkout of that release writes `NAME.tar.gz` and `NAME.json`.
 *
 * It holds a bit of everything that a release can leave behind: sessions of each domain with media, edits, a large record, a dataset
 * with a version, consent and a withdrawal, an erasure, an import, a saved query, a preference, what was learned, a job, and a journal
 * whose writer is gone.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '#core/json.ts'
import { localOwner } from '#core/principal.ts'
import { commitVersion } from '#engine/commit-version.ts'
import { appendConsent } from '#engine/consent.ts'
import { createDataset } from '#engine/datasets.ts'
import { appendEdit } from '#engine/edits.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { exportTo } from '#engine/export.ts'
import { forgetData } from '#engine/forget.ts'
import { importPath } from '#engine/import.ts'
import { openJournal } from '#engine/journals.ts'
import { catchUp } from '#engine/learning/learn.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'
import { folderSink } from '#io/folder-sink.ts'
import { madeSessions } from '../../bench/made-sessions.ts'

/** What is exported, and compared file by file. */
export const exports = [
  { format: 'hindsight', project: 'kept', query: {}, sampleType: null, dataset: null },
  { format: 'jsonl', project: 'kept', query: null, sampleType: null, dataset: 'pairs@1.0.0' },
  { format: 'coco', project: 'kept', query: null, sampleType: null, dataset: 'screens@1.0.0' },
] as const

const project = 'kept'
const sample = fileURLToPath(new URL('../../sample', import.meta.url))
const ctx = makeContext({ seed: 1 })

/** Names and SHA-256 of all files of one export. */
export async function exportedFiles(
  engine: Engine,
  request: (typeof exports)[number],
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const asked = { ...request, options: {}, strict: false, purpose: 'train', principal: 'owner', target: 'x' } as const
  await exportTo(engine, asked, await folderSink(folder), makeContext({ seed: 1 }))
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(names.map((name) => [name, hash(name)]))
}

async function fill(engine: Engine, work: string): Promise<void> {
  const bring = (path: string, name: string) =>
    importPath(engine, { project, path, name, mode: 'merge', layout: 'hindsight', principal: 'owner' }, ctx)
  await bring(join(sample, 'images'), 'images')
  await bring(oneGuiSession(work), 'gui')
  const made = madeSessions(4)
  const sessions = Array.from({ length: 4 }, () => JSON.parse(made.next().value?.line ?? '') as JsonObject)
  for (const session of sessions) await recordSession(engine, { ...session, project })
  const [first, second, large] = sessions.map(({ id }) => id as string)
  await appendEdit(
    engine,
    { session: first ?? '', kind: 'rating', after: 1, project, before: null, reason: null },
    localOwner,
  )
  const [template] = sessions
  await recordSession(engine, {
    ...template,
    id: '01a1f918-0000-7000-8000-000000000001',
    project,
    notes: 'x'.repeat(300_000),
  })
  const said = { project, session: null, contributor: null, text: 'Terms of 2026' } as const
  await appendConsent(engine, { ...said, decision: 'granted', scopes: ['collect', 'train'] }, localOwner)
  await appendConsent(
    engine,
    { ...said, contributor: 'sample-robin', decision: 'withdrawn', scopes: ['train'] },
    localOwner,
  )
  const pairs = { sessions: { domain: 'images' }, sampleType: 'pair' } as const
  const screens = { sessions: { domain: 'gui' }, sampleType: 'image' } as const
  for (const [name, select] of [
    ['pairs', pairs],
    ['screens', screens],
  ] as const) {
    await createDataset(engine, { name, project, about: `kept ${name}`, select })
    await commitVersion(engine, { project, dataset: name, version: '1.0.0', plan: null, note: 'first' }, ctx)
  }
  await engine.store.catalog.putQuery({ project, name: 'failed', query: { status: 'failed' } } as never)
  await engine.store.setPreference('recording', { recordEdits: false })
  await catchUp(engine, ctx, { most: 100 })
  await forgetData(engine, { sessions: [second ?? '', large ?? ''] }, 'owner', ctx)
  await openJournal(engine, {
    ...template,
    id: '01a1f918-0000-7000-8000-000000000002',
    project,
    outcome: undefined,
  } as never)
}

function oneGuiSession(work: string): string {
  const folder = join(work, 'gui')
  mkdirSync(join(folder, 'media'), { recursive: true })
  const [, line = ''] = readFileSync(join(sample, 'gui/sessions.ndjson'), 'utf8').split('\n')
  writeFileSync(join(folder, 'sessions.ndjson'), `${line}\n`)
  const { media } = JSON.parse(line) as { readonly media: readonly { readonly sha256: string }[] }
  for (const name of readdirSync(join(sample, 'gui/media')))
    if (media.some(({ sha256 }) => name.startsWith(sha256)))
      cpSync(join(sample, 'gui/media', name), join(folder, 'media', name))
  return folder
}

if (import.meta.main) {
  const [name = ''] = process.argv.slice(2)
  const work = mkdtempSync(join(tmpdir(), 'hindsight-made-'))
  const data = join(work, 'data')
  const engine = await openEngine({ dataDir: data, jobThreads: 0 })
  await fill(engine, work)
  const told: Record<string, unknown> = {}
  for (const [i, request] of exports.entries())
    told[request.format] = await exportedFiles(engine, request, join(work, `out-${i}`))
  const { sessions, edits } = await engine.store.health()
  await engine.close()
  writeFileSync(`${name}.json`, `${JSON.stringify({ sessions, edits, exports: told }, null, 2)}\n`)
  execFileSync('tar', [
    '-C',
    work,
    '--sort=name',
    '--mtime=2026-01-01',
    '--owner=0',
    '--group=0',
    '-cf',
    `${name}.tar`,
    'data',
  ])
  execFileSync('gzip', ['-9nf', `${name}.tar`])
  rmSync(work, { recursive: true })
}
