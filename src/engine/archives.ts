/** Archiving: moving old sessions, or a dataset with its versions, into one file that stands by itself, and back. */
import { join, resolve } from 'node:path'
import type {
  ArchiveContent,
  Archived,
  ArchivedSession,
  ArchiveInfo,
  ArchivePlan,
  ArchiveRestored,
  ArchiveWhat,
} from '#core/archive-store.ts'
import type { Context } from '#core/context.ts'
import { brief, fault } from '#core/faults.ts'
import { isUuid } from '#core/ids.ts'
import type { Job } from '#core/job.ts'
import type { Json } from '#core/json.ts'
import type { SessionQuery } from '#core/query.ts'
import type { Engine } from './engine.ts'
import { deriveStored } from './reindex.ts'

/** Media younger than this are left to gc: somebody may be about to name them. */
const graceMs = 3_600_000
const dayMs = 86_400_000

export const archivesFolder = (dataDir: string): string => join(dataDir, 'archives')

export interface ArchiveRequest {
  readonly query?: SessionQuery
  /** Only sessions that began so long ago. */
  readonly olderThanDays?: number | null
  /** A dataset with all its versions, in place of sessions. */
  readonly dataset?: string | null
  /** Of the dataset. */
  readonly project?: string
}

/** @throws query.invalid when it says neither which sessions nor which dataset, or both */
export function whatToArchive(request: ArchiveRequest, nowMs: number): ArchiveWhat {
  const { query = {}, olderThanDays = null, dataset = null, project = 'default' } = request
  const narrowed = Object.keys(query).length > 0 || olderThanDays !== null
  if (narrowed === (dataset !== null)) {
    const found = narrowed ? 'both' : 'neither'
    throw fault('query.invalid', { expected: 'which sessions (a query or an age), or a dataset', found })
  }
  if (dataset !== null) return { dataset, project }
  if (olderThanDays === null) return { query }
  const before = new Date(nowMs - olderThanDays * dayMs).toISOString()
  // Whichever reaches less far.
  const to = query.to === undefined || Date.parse(query.to) > Date.parse(before) ? before : query.to
  return { query: { ...query, to } }
}

export function planArchive(engine: Engine, what: ArchiveWhat, ctx: Context): Promise<ArchivePlan> {
  return engine.store.archives.plan(what, ctx)
}

/** @param out the new file; null: one in the data directory */
export function archiveData(engine: Engine, what: ArchiveWhat, out: string | null, ctx: Context): Promise<Archived> {
  return engine.store.archives.create(what, resolve(out ?? usualPath(engine, what, ctx)), { graceMs }, ctx)
}

function usualPath({ dataDir }: Engine, what: ArchiveWhat, ctx: Context): string {
  const at = new Date(ctx.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const name = 'dataset' in what ? what.dataset.replaceAll(/[^\w.-]/g, '_') : 'sessions'
  return join(archivesFolder(dataDir), `${name}-${at}Z-${ctx.rng.int(0x10000).toString(16).padStart(4, '0')}.archive`)
}

export function listArchives(engine: Engine): Promise<readonly ArchiveInfo[]> {
  return engine.store.archives.list()
}

/** @throws archive.unknown */
export async function archiveById(engine: Engine, id: string): Promise<ArchiveInfo> {
  const archive = await engine.store.archives.get(id)
  if (archive) return archive
  throw fault('archive.unknown', { expected: 'the id of an archive', found: brief(id) })
}

/** The file that is meant: by its path, by its name among those that are known, or by the archive's id. */
export async function archiveFile(engine: Engine, named: string): Promise<string> {
  if (isUuid(named)) return (await archiveById(engine, named)).path
  const known = await listArchives(engine)
  const byName = known.filter(({ path, isThere }) => isThere && path.endsWith(`/${named}`))
  return byName.length === 1 && byName[0] ? byName[0].path : resolve(named)
}

export interface ArchiveShown {
  readonly path: string
  readonly content: ArchiveContent
  /** The first of them, oldest first. */
  readonly sessions: readonly ArchivedSession[]
}

/** Checks all of a file and says what is in it. @throws archive.gone, archive.invalid */
export async function showArchive(engine: Engine, path: string, limit: number, ctx: Context): Promise<ArchiveShown> {
  const { archives } = engine.store
  const content = await archives.inspect(path, ctx)
  const sessions: ArchivedSession[] = []
  for await (const session of archives.sessions(path)) {
    if (sessions.length >= limit) break
    sessions.push(session)
  }
  return { path, content, sessions }
}

/** @param ids null: everything that is in the file */
export function restoreArchived(
  engine: Engine,
  path: string,
  ids: readonly string[] | null,
  ctx: Context,
): Promise<ArchiveRestored> {
  return engine.store.archives.restore(path, ids, deriveStored, ctx)
}

/** The file of a job always lies in the data directory. */
export async function archiveJob(engine: Engine, { params }: Job, ctx: Context): Promise<Json> {
  const what = params['what'] as unknown as ArchiveWhat
  const { archive, left, freedBytes } = await archiveData(engine, what, null, ctx)
  return { archive: archive.id, sessions: archive.sessions, versions: archive.versions, left, freedBytes }
}

export async function restoreArchiveJob(engine: Engine, { params }: Job, ctx: Context): Promise<Json> {
  const { archive } = params
  const { path } = await archiveById(engine, typeof archive === 'string' ? archive : '')
  const ids = Array.isArray(params['sessions']) ? params['sessions'].map(String) : null
  return { ...(await restoreArchived(engine, path, ids, ctx)) }
}

export async function compactJob({ store }: Engine, { params }: Job, ctx: Context): Promise<Json> {
  return { ...(await store.compact({ dryRun: params['dryRun'] === true }, ctx)) }
}
