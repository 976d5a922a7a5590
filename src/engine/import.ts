/** Bringing in what other programs recorded: which layout or format it is in is found out, not asked. */
import { basename, dirname } from 'node:path'
import { rm } from 'node:fs/promises'
import type { Context, Warning } from '#core/context.ts'
import type { Edit } from '#core/edit.ts'
import { Fault, type FaultBody, fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { Imported } from '#core/layout.ts'
import type { PutResult, SessionRow } from '#core/store.ts'
import { openSource } from '#io/open-source.ts'
import { checkEdit } from './edits.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { ImportBounds } from './import-bounds.ts'
import { chooseReader } from './import-readers.ts'
import { makeIntake } from './intake.ts'
import { learnFromDocuments, unlearnDocuments } from './learning/documents.ts'
import { catchUp } from './learning/learn.ts'
import { prepareSession } from './prepare.ts'
import { admitSessions } from './quotas.ts'

export interface ImportRequest {
  readonly project: string
  readonly path: string
  /** What people called it; a name without its folder. */
  readonly name: string
  /** `replace`: the project's other sessions of the same domain are set aside (and can be brought back). */
  readonly mode: 'merge' | 'replace'
  /** Read as this layout or format; null = find out. */
  readonly layout: string | null
  readonly principal: string
  /** Whether who imports is bound to the project, and sees nothing of others. Default false. */
  readonly confined?: boolean
}

export interface ImportReport {
  readonly import: string
  readonly layout: string
  readonly variant: string
  readonly mode: 'merge' | 'replace'
  readonly sessions: Readonly<Record<PutResult | 'refused', number>>
  readonly edits: Readonly<Record<PutResult | 'refused', number>>
  readonly documents: number
  /** How many sessions a replace set aside. */
  readonly setAside: number
  /** The backup taken before a replace. */
  readonly backup: string | null
  readonly problems: Kept<{ readonly where: string; readonly problem: FaultBody }>
  readonly warnings: Kept<Warning>
}

/** All are counted, the first are kept. */
export interface Kept<T> {
  readonly count: number
  readonly first: readonly T[]
}

const rowsPerCommit = 250
const kept = 100

/** @throws layout.unknown, archive.*, file.missing when nothing could be read at all */
export async function importPath(engine: Engine, request: ImportRequest, outer: Context): Promise<ImportReport> {
  const source = await openSource(request.path)
  try {
    const importer = new Importer(engine, request, outer)
    const report = await importer.run(source)
    await learnSoon(engine, request.project, report, outer)
    return report
  } finally {
    await source.close()
  }
}

/** Learned from at once; what is more is for whoever has the time. */
const learnedAtOnce = 200

async function learnSoon(engine: Engine, project: string, report: ImportReport, ctx: Context): Promise<void> {
  try {
    if (report.documents > 0) await learnFromDocuments(engine, project, report.import)
    await catchUp(engine, { signal: ctx.signal, warn: ctx.warn }, { most: learnedAtOnce })
  } catch {
    // The import is done; its sessions stay due.
  }
}

class Importer {
  readonly #engine: Engine
  readonly #request: ImportRequest
  readonly #ctx: Context
  readonly #bounds: ImportBounds
  readonly #id = newId()
  readonly #sessions = counter()
  readonly #edits = counter()
  readonly #problems: { where: string; problem: FaultBody }[] = []
  #problemCount = 0
  readonly #warnings: Warning[] = []
  #warningCount = 0
  #documents = 0
  #rows: { row: SessionRow; where: string }[] = []
  #pendingEdits: { edit: Edit; where: string }[] = []
  readonly #domains = new Set<SessionRow['domain']>()

  constructor(engine: Engine, request: ImportRequest, outer: Context) {
    this.#engine = engine
    this.#request = request
    this.#bounds = new ImportBounds(engine, request.confined ? request.project : null)
    this.#ctx = { ...outer, warn: (warning) => this.#warn(warning) }
  }

  async run(source: Awaited<ReturnType<typeof openSource>>): Promise<ImportReport> {
    const { mode, project } = this.#request
    const reader = await chooseReader(source, this.#request.layout)
    const backup = mode === 'replace' ? await this.#backUp() : null
    const intake = this.#bounds.watch(makeIntake(this.#engine, source, project))
    for await (const found of reader.read(source, intake, this.#ctx)) {
      this.#ctx.signal.throwIfAborted()
      await this.#take(found)
    }
    await this.#flush()
    await this.#flushEdits()
    let setAside = 0
    // Only now, so that an import that breaks off leaves everything as it was.
    if (mode === 'replace') {
      for (const domain of this.#domains)
        setAside += await this.#engine.store.catalog.setAside(project, domain, this.#id)
    }
    await this.#engine.store.catalog.putImport({
      id: this.#id,
      project,
      at: utcNow(),
      principal: this.#request.principal,
      layout: reader.name,
      source: this.#request.name,
      mode,
      sessions: this.#sessions.created + this.#sessions.repeated,
      edits: this.#edits.created + this.#edits.repeated,
      backup,
    })
    return {
      import: this.#id,
      layout: reader.name,
      variant: reader.variant,
      mode,
      sessions: this.#sessions,
      edits: this.#edits,
      documents: this.#documents,
      setAside,
      backup,
      problems: { count: this.#problemCount, first: this.#problems },
      warnings: { count: this.#warningCount, first: this.#warnings },
    }
  }

  async #backUp(): Promise<string> {
    const backup = await this.#engine.store.backup(`${this.#engine.dataDir}/backups`, this.#ctx)
    return backup.name
  }

  async #take(found: Imported): Promise<void> {
    if (found.type === 'problem') return this.#problem(found.where, found.fault)
    if (found.type === 'document') {
      this.#documents++
      return this.#engine.store.catalog.putDocument(this.#request.project, found.name, found.text)
    }
    if (found.type === 'edit') {
      this.#pendingEdits.push({ edit: { ...found.edit, project: this.#request.project }, where: found.where })
      // Edits may come before the sessions they belong to, so they wait for the end, or until they are many.
      if (this.#pendingEdits.length >= 50_000) await this.#flushEdits()
      return
    }
    try {
      const row = prepareSession({ ...found.session, project: this.#request.project }, found.where)
      await this.#bounds.admitSession(row)
      this.#rows.push({ row, where: found.where })
      this.#domains.add(row.domain)
    } catch (error) {
      this.#refuse(this.#sessions, found.where, error)
    }
    if (this.#rows.length >= rowsPerCommit) await this.#flush()
  }

  async #flush(): Promise<void> {
    const batch = this.#rows
    this.#rows = []
    await this.#putSessions(batch)
    const done = this.#sessions.created + this.#sessions.repeated
    this.#ctx.progress({ done, total: null, unit: 'sessions', note: 'importing' })
  }

  async #putSessions(batch: readonly { row: SessionRow; where: string }[]): Promise<void> {
    if (batch.length === 0) return
    let results: readonly PutResult[]
    await admitSessions(
      this.#engine,
      batch.map((entry) => entry.row),
    )
    try {
      results = await this.#engine.store.catalog.putSessions(
        batch.map((entry) => entry.row),
        this.#id,
      )
    } catch (error) {
      if (batch.length === 1 && batch[0]) return this.#refuse(this.#sessions, batch[0].where, error)
      if (!isUserFault(error)) throw error
      for (const entry of batch) await this.#putSessions([entry])
      return
    }
    for (const [i, result] of results.entries()) {
      this.#sessions[result]++
      if (result !== 'created' && result !== 'repeated') await this.#notTaken(result, batch[i])
    }
  }

  async #notTaken(result: NotTaken, entry: { row: SessionRow; where: string } | undefined): Promise<void> {
    if (!entry) return
    const there = await this.#engine.store.catalog.summary(entry.row.id)
    const isElsewhere = there !== null && there.project !== entry.row.project && !this.#request.confined
    const elsewhere = isElsewhere ? `it in project "${there.project}"` : null
    this.#problem(entry.where, notTaken(result, entry.row.id, elsewhere))
  }

  async #flushEdits(): Promise<void> {
    await this.#flush()
    const edits = this.#pendingEdits
    this.#pendingEdits = []
    for (let i = 0; i < edits.length; i += rowsPerCommit) await this.#putEdits(edits.slice(i, i + rowsPerCommit))
  }

  async #putEdits(batch: readonly { edit: Edit; where: string }[]): Promise<void> {
    const good: { edit: Edit; where: string }[] = []
    for (const { edit, where } of batch) {
      try {
        checkEdit(edit, where)
        await this.#bounds.admitEdit(edit)
        good.push({ edit, where })
      } catch (error) {
        this.#refuse(this.#edits, where, error)
      }
    }
    if (good.length === 0) return
    try {
      const results = await this.#engine.store.catalog.putEdits(
        good.map((entry) => entry.edit),
        this.#id,
      )
      results.forEach((result, i) => {
        this.#edits[result]++
        if (result === 'conflict') this.#problem(good[i]?.where ?? '', notTaken(result, good[i]?.edit.id))
      })
    } catch (error) {
      if (good.length === 1 && good[0]) return this.#refuse(this.#edits, good[0].where, error)
      if (!isUserFault(error)) throw error
      for (const entry of good) await this.#putEdits([entry])
    }
  }

  #refuse(counts: ReturnType<typeof counter>, where: string, error: unknown): void {
    if (!isUserFault(error)) throw error
    counts.refused++
    this.#problem(where, error)
  }

  #problem(where: string, problem: Fault): void {
    this.#problemCount++
    if (this.#problems.length < kept) this.#problems.push({ where, problem: problem.toJSON() })
  }

  #warn(warning: Warning): void {
    this.#warningCount++
    if (this.#warnings.length < kept) this.#warnings.push(warning)
  }
}

type NotTaken = Exclude<PutResult, 'created' | 'repeated'>

const counter = () => ({ created: 0, repeated: 0, conflict: 0, forgotten: 0, withdrawn: 0, refused: 0 })
const isUserFault = (error: unknown): error is Fault => error instanceof Fault && error.kind === 'user'

function notTaken(result: NotTaken, id: string | undefined, elsewhere: string | null = null): Fault {
  if (result === 'forgotten')
    return fault('session.forgotten', { expected: 'an id that was not erased', found: id ?? '' })
  if (result === 'withdrawn')
    return fault('consent.missing', {
      expected: 'consent to keep the run',
      found: 'consent that was withdrawn',
      where: `session ${id}`,
    })
  return fault('session.conflict', {
    expected: 'the content stored under this id',
    found: elsewhere ?? `other content for ${id}`,
  })
}

/** Undoes an import that replaced: what was set aside comes back. */
export async function undoImport(engine: Engine, id: string): Promise<number> {
  const record = (await engine.store.catalog.imports(null)).find((entry) => entry.id === id)
  if (!record || record.mode !== 'replace') {
    throw fault('import.unknown', { expected: 'the id of an import that replaced', found: id })
  }
  const broughtBack = await engine.store.catalog.bringBack(id)
  await unlearnDocuments(engine, record.project, id)
  return broughtBack
}

/** The job behind an upload; the upload is removed when it was read to its end. */
export async function importJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const params = job.params as JsonObject & Omit<ImportRequest, 'principal'>
  const request = { ...params, name: basename(params.name), project: job.project, principal: job.principal }
  try {
    return (await importPath(engine, request, ctx)) as unknown as Json
  } finally {
    // An upload lies in a folder of its own.
    if (!ctx.signal.aborted) await rm(dirname(params.path), { recursive: true, force: true })
  }
}
