/** Archives: files that old sessions and datasets are moved to, and come back from. */
import { rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type {
  ArchiveContent,
  ArchivedSession,
  Archived,
  ArchiveInfo,
  ArchivePlan,
  ArchiveRestored,
  Archives,
  ArchiveState,
  ArchiveWhat,
  DeriveRow,
} from '#core/archive-store.ts'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { queryWords } from '#core/query-text.ts'
import type { DomainName } from '#core/session.ts'
import { checkArchive, contentOf } from './archive-check.ts'
import { describe, eraseHere } from './archive-erase.ts'
import { notAnArchive, openArchive } from './archive-file.ts'
import { planArchive } from './archive-plan.ts'
import { restoreArchive } from './archive-restore.ts'
import { writeArchive } from './archive-write.ts'
import { finishMoving, isOwn } from './archive-move.ts'
import { type ArchiveBody, archivePath, keptPath } from './archive-rows.ts'
import { archivedMark } from './commit-sessions.ts'
import { exists, makeFolder, syncFile, syncFolder } from './durable-files.ts'
import { asFault } from './sqlite-faults.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

interface ArchiveRow {
  readonly id: string
  readonly path: string
  readonly at: number
  readonly state: ArchiveState
  readonly sha256: string
  readonly body: string
  readonly archived: number
}

const selectArchive = `select a.*, (select count(*) from archive_session x join session s on s.seq = x.seq
  where x.archive = a.id and s.aside = '${archivedMark}') as archived from archive a`

export class SqliteArchives implements Archives {
  readonly #parts: StoreParts

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  plan(what: ArchiveWhat, ctx: Context): Promise<ArchivePlan> {
    return planArchive(this.#parts, what, ctx)
  }

  async create(
    what: ArchiveWhat,
    path: string,
    { graceMs }: { readonly graceMs: number },
    ctx: Context,
  ): Promise<Archived> {
    const { db, writer, paths, disk } = this.#parts
    const target = resolve(path)
    await refuseOccupied(target)
    const { bytes } = await this.plan(what, ctx)
    await disk.admit(bytes)
    await makeFolder(dirname(target))
    const id = crypto.randomUUID()
    const at = ctx.now()
    const said = wordsOf(what)
    const begun: ArchiveBody = {
      what: said,
      sessions: 0,
      edits: 0,
      media: 0,
      versions: [],
      bytes: 0,
      olderThanMs: at - graceMs,
    }
    await writer.call('registerArchive', {
      id,
      path: keptPath(paths.root, target),
      at,
      state: 'writing',
      sha256: '',
      body: JSON.stringify(begun),
    })
    try {
      const part = `${target}.part`
      const head = { id, at: new Date(at).toISOString(), what: said }
      const written = await writeArchive(this.#parts, part, head, what, ctx)
      await syncFile(part)
      await checkArchive(part, ctx)
      const behind = behindOf(part)
      const versions = 'dataset' in what ? versionBodies(part) : '[]'
      const sealed = await describe(part, begun)
      await refuseOccupied(target)
      await rename(part, target)
      await syncFolder(dirname(target))
      const move = 'dataset' in what ? { project: what.project, dataset: what.dataset, versions } : null
      await writer.call('sealArchive', { id, ...sealed, sessions: written.sessions, behind, dataset: move }, 1)
    } catch (error) {
      await rm(`${target}.part`, { force: true })
      if (await isOwn(db, id, target)) await rm(target, { force: true })
      await writer.call('abandonArchive', { id })
      throw asFault(error, target)
    }
    const { left, freedBytes } = await finishMoving(this.#parts, id, ctx)
    const archive = await this.get(id)
    if (!archive) throw fault('archive.unknown', { expected: `archive ${id}`, found: 'none' })
    return { archive, left, freedBytes }
  }

  async list(): Promise<readonly ArchiveInfo[]> {
    const rows = this.#parts.db.prepare(`${selectArchive} order by a.at desc, a.id`).all() as unknown as ArchiveRow[]
    return Promise.all(rows.map((row) => this.#info(row)))
  }

  async get(id: string): Promise<ArchiveInfo | null> {
    const row = this.#parts.db.prepare(`${selectArchive} where a.id = ?`).get(id) as unknown as ArchiveRow | undefined
    return row ? this.#info(row) : null
  }

  async #info({ id, path: kept, at, state, sha256, body, archived }: ArchiveRow): Promise<ArchiveInfo> {
    const path = archivePath(this.#parts.paths.root, kept)
    const { what, sessions, edits, media, versions, bytes } = JSON.parse(body) as ArchiveBody
    const about = { what, sessions, archivedSessions: archived, edits, media, versions, bytes, sha256 }
    return { id, path, at: new Date(at).toISOString(), state, ...about, isThere: await exists(path) }
  }

  async inspect(path: string, ctx: Context): Promise<ArchiveContent> {
    return checkArchive(resolve(path), ctx)
  }

  async *sessions(path: string): AsyncIterable<ArchivedSession> {
    const file = openArchive(resolve(path))
    try {
      const rows = file
        .prepare('select id, project, domain, at, lower(hex(hash)) as hash, summary from session order by at, id')
        .iterate() as Iterable<Omit<ArchivedSession, 'recordedAt'> & { readonly at: number }>
      let given = 0
      for (const { at, ...row } of rows) {
        yield { ...row, recordedAt: new Date(at).toISOString() }
        if (++given % 500 === 0) await turn()
      }
    } catch (error) {
      throw notAnArchive(error, path)
    } finally {
      file.close()
    }
  }

  async restore(
    path: string,
    ids: readonly string[] | null,
    derive: DeriveRow,
    ctx: Context,
  ): Promise<ArchiveRestored> {
    const target = resolve(path)
    await checkArchive(target, ctx)
    await this.#adopt(target)
    const file = openArchive(target)
    try {
      return await restoreArchive({ store: this.#parts, file, path: target, derive }, ids, ctx)
    } finally {
      file.close()
      // Sessions that are new to this store are known by now; and a copy from before an erasure is at hand.
      if (eraseHere(this.#parts.db, target)) await this.#adopt(target)
    }
  }

  /** A file that this store does not know is known from now on, so that an erasure reaches it. */
  async #adopt(path: string): Promise<void> {
    const { writer, paths } = this.#parts
    const file = openArchive(path)
    let content: ArchiveContent
    let held: readonly string[]
    try {
      content = contentOf(file)
      held = [...heldIds(file)]
    } finally {
      file.close()
    }
    const { id, at, what } = content
    const known = await this.get(id)
    // Another copy is where the archive is known to lie: that one stays the one that is reached.
    const lies = known?.isThere ? known.path : path
    const begun: ArchiveBody = { what, sessions: 0, edits: 0, media: 0, versions: [], bytes: 0, olderThanMs: 0 }
    const now = await describe(lies, begun)
    await writer.call('adoptArchive', { id, path: keptPath(paths.root, lies), at: Date.parse(at), ...now, held })
  }

  async count(project: string | null, domain: DomainName | null): Promise<number> {
    const row = this.#parts.db
      .prepare(
        `select count(*) as n from session s join place p on p.id = s.place
         where s.aside = '${archivedMark}' and (?1 is null or p.project = ?1) and (?2 is null or p.domain = ?2)`,
      )
      .get(project, domain)
    return Number(row?.['n'])
  }
}

/** Without what may name a person: an erasure does not look for words in it. */
function wordsOf(what: ArchiveWhat): string {
  if ('dataset' in what) return `dataset ${what.dataset} of ${what.project}`
  const { project, domain, status, from, to } = what.query
  const kept = { project, domain, status, from, to }
  const told = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
  const hidden = Object.keys(what.query).length > Object.keys(told).length
  return `${queryWords(told) || 'sessions'}${hidden ? ', and other conditions' : ''}`
}

async function refuseOccupied(path: string): Promise<void> {
  if (await exists(path))
    throw fault('store.occupied', { expected: 'the name of a new file', found: 'a file', where: path })
}

function heldIds(file: Database): readonly string[] {
  const rows = file.prepare('select id from session union select session as id from frozen_session').all()
  return rows.map(({ id }) => String(id))
}

function behindOf(path: string): readonly string[] {
  const file = openArchive(path)
  try {
    return file
      .prepare('select distinct session from frozen_session')
      .all()
      .map(({ session }) => String(session))
  } finally {
    file.close()
  }
}

function versionBodies(path: string): string {
  const file = openArchive(path)
  try {
    return JSON.stringify(
      file
        .prepare('select body from version order by number')
        .all()
        .map(({ body }) => body),
    )
  } finally {
    file.close()
  }
}
