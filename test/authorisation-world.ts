/** A server with accounts, two projects with everything in them, and somebody of every kind. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { JsonObject } from '#core/json.ts'
import { localOwner, type Role } from '#core/principal.ts'
import { createDataset } from '#engine/datasets.ts'
import { appendEdit } from '#engine/edits.ts'
import { type Engine, newId, utcNow } from '#engine/engine.ts'
import { runJobs } from '#engine/jobs/runner.ts'
import { openEngine } from '#engine/open.ts'
import { makeKey } from '#engine/people/keys.ts'
import { recordSession } from '#engine/record.ts'
import { type Server, startServer } from '#http/server.ts'
import { addQuickAccount } from './people-door.ts'
import type { Bound, Kind } from '../tools/authorisation-page.ts'

export const projects = ['alpha', 'beta'] as const
export type Project = (typeof projects)[number]

/** A word that is in everything of a project, and nowhere else. */
export const markOf = (project: Project): string => `mark-of-${project}-${project === 'alpha' ? 'q1w2' : 'z9x8'}`

/** What there is of a project. */
export interface Things {
  readonly project: Project
  readonly session: string
  readonly sha256: string
  readonly job: string
  readonly import: string
  readonly dataset: string
}

export interface World {
  readonly engine: Engine
  readonly server: Server
  readonly things: Readonly<Record<Project, Things>>
  /** The secret of somebody of a kind; `bound` as seen from the project alpha. null = nobody. */
  secretOf(kind: Kind, bound: Bound): string | null
  close(): Promise<void>
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** A picture of its own for every seed. */
export const pictureOf = (seed: number): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: seed % 256, g: (seed >> 8) % 256, b: 77 } } })
    .png()
    .toBuffer()

export function sessionOf(project: Project, parts: JsonObject = {}): JsonObject & { readonly id: string } {
  return {
    id: randomUUID(),
    project,
    domain: 'images',
    recordedAt: '2026-11-20T10:00:00Z',
    host: { name: markOf(project), version: '1' },
    contributor: `p-${markOf(project)}`,
    context: { instruction: `paint ${markOf(project)}` },
    settings: { values: { model: markOf(project) } },
    outcome: { status: 'succeeded' },
    ...parts,
  }
}

export async function makeWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-authorisation-'))
  const engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
  const things = { alpha: await fillProject(engine, 'alpha', 1), beta: await fillProject(engine, 'beta', 2) }
  await addQuickAccount(engine, { name: 'Ann', role: 'owner', project: null, password: 'correct horse battery' })
  const secrets = await makeSecrets(engine)
  const options = { host: '127.0.0.1', port: 0, token: null, studioDir: null, legacyProject: 'alpha' }
  const server = await startServer(engine, options)
  return {
    engine,
    server,
    things,
    secretOf: (kind, bound) => secrets.get(`${kind} ${bound}`) ?? null,
    async close() {
      await server.close()
      await engine.close()
      await rm(dir, { recursive: true })
    },
  }
}

async function makeSecrets(engine: Engine): Promise<ReadonlyMap<string, string>> {
  const boundTo: Readonly<Record<Bound, Project | null>> = { all: null, own: 'alpha', other: 'beta' }
  const secrets = new Map<string, string>()
  for (const [bound, project] of Object.entries(boundTo)) {
    for (const role of ['viewer', 'reviewer', 'recorder', 'owner'] as const satisfies readonly Role[]) {
      const asked = { kind: 'token', name: `${role} ${bound}`, role, project, expiresAt: null } as const
      secrets.set(`${role} ${bound}`, (await makeKey(engine, asked, 'Ann')).secret)
    }
    if (project === null) continue
    const key = { kind: 'ingest', name: `ingest ${bound}`, project, origins: [], expiresAt: null } as const
    secrets.set(`ingest ${bound}`, (await makeKey(engine, key, 'Ann')).secret)
  }
  return secrets
}

async function fillProject(engine: Engine, project: Project, seed: number): Promise<Things> {
  const bytes = await pictureOf(seed)
  async function* chunks() {
    yield bytes
  }
  const { sha256: hash } = await engine.store.blobs.put(chunks())
  const medium = { sha256: hash, mediaType: 'image/png', bytes: bytes.length, width: 8, height: 8 }
  const media = ['input', 'output'].map((role) => ({ role, ...medium }))
  const first = sessionOf(project, { media })
  await recordSession(engine, first)
  await recordSession(engine, sessionOf(project, { parent: first.id }))
  const note = { kind: 'note', after: markOf(project), reason: markOf(project) }
  await appendEdit(engine, { session: first.id, ...note }, localOwner)
  const imported = newId()
  const [principal, layout, source] = ['owner', 'made', `${markOf(project)}.zip`]
  const record = { id: imported, project, at: utcNow(), principal, layout, source }
  await engine.store.catalog.putImport({ ...record, mode: 'replace', sessions: 0, edits: 0, backup: null })
  const dataset = markOf(project)
  const select = { sessions: {}, sampleType: 'pair' } as const
  await createDataset(engine, { name: dataset, project, about: markOf(project), select })
  await engine.store.catalog.putQuery({ name: markOf(project), project, query: { project }, createdAt: utcNow() })
  const consent = {
    project,
    contributor: null,
    session: null,
    decision: 'granted',
    scopes: ['collect', 'train'],
  } as const
  const entry = { id: newId(), at: utcNow(), principal: 'owner', ...consent, text: markOf(project) }
  await engine.store.consent.append(entry)
  const add = (kind: string, params: JsonObject) =>
    engine.store.jobs.add({ id: newId(), kind, project, principal: 'owner', params })
  await add('commit', { dataset, version: '1.0.0', plan: null, note: markOf(project) })
  const query = { dataset: null, query: {}, sampleType: null, format: 'jsonl', options: {} }
  const job = await add('export', { ...query, strict: false, purpose: 'train' })
  await runJobs(engine, new AbortController().signal)
  return { project, session: first.id, sha256: hash, job: job.id, import: imported, dataset }
}
