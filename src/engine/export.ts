/** Taking out: samples as a framework wants them, or sessions as a source system laid them out. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { ExportHead, ExportItem, Format } from '#core/format.ts'
import type { Sink } from '#core/io.ts'
import type { Job } from '#core/job.ts'
import { type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Layout, SessionWithEdits } from '#core/layout.ts'
import { checkOptions } from '#core/options.ts'
import type { SessionQuery } from '#core/query.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import { gatherHead } from '#curate/head.ts'
import { queryWords } from '#core/query-text.ts'
import type { Loss, WriteReport } from '#core/report.ts'
import { formats } from '#formats/formats.ts'
import { guardedSink } from '#io/guarded-sink.ts'
import { zipSink } from '#io/zip-sink.ts'
import { consentGate } from './consent.ts'
import { versionByName } from './datasets.ts'
import { type Engine, newId, pseudonym, utcNow } from './engine.ts'
import { allLayouts } from './import-readers.ts'
import { readSession } from './read.ts'
import { gate, samplesToday, type Withheld } from './sample-stream.ts'

export interface ExportRequest {
  readonly project: string
  /** "name@1.0.0", or "name" for the latest version; else `query` says what. */
  readonly dataset: string | null
  readonly query: SessionQuery | null
  readonly sampleType: SampleType | null
  readonly format: string
  readonly options: JsonObject
  readonly strict: boolean
  /** `share`: more consent is asked for, and pseudonyms may leave. */
  readonly purpose: 'train' | 'share'
  readonly principal: string
  /** Where it goes, for the record: a folder's or file's name. */
  readonly target: string
}

export interface ExportReport extends WriteReport {
  readonly export: string
  readonly format: string
  readonly what: string
  /** Samples or sessions left out because nobody agreed to this use, by reason. */
  readonly withheld: Readonly<Record<string, number>>
}

/** What is to be written, made ready: everything but the sink. */
interface Prepared {
  readonly what: string
  readonly withheld: Withheld
  readonly sessions: Set<string>
  write(sink: Sink): Promise<WriteReport>
}

/**
 * Writes into `sink`; on any fault the sink is aborted and nothing is left behind.
 *
 * @throws format.unknown, format.option, format.sample, format.loss (with `strict`), dataset.*
 */
export async function exportTo(
  engine: Engine,
  request: ExportRequest,
  sink: Sink,
  ctx: Context,
): Promise<ExportReport> {
  try {
    const prepared = await prepareExport(engine, request, ctx)
    const report = await prepared.write(sink)
    if (request.strict && report.losses.length > 0) throw lossy(request.format, report.losses)
    const id = newId()
    const { project, principal, format, target } = request
    // Noted before the files become visible: an erasure must never miss an export that somebody holds.
    const note = {
      id,
      at: utcNow(),
      principal,
      project,
      what: prepared.what,
      format,
      target,
      sessions: prepared.sessions.size,
    }
    await engine.store.datasets.noteExport(note, [...prepared.sessions])
    await sink.close()
    return { export: id, format, what: prepared.what, ...report, withheld: Object.fromEntries(prepared.withheld) }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

async function prepareExport(engine: Engine, request: ExportRequest, ctx: Context): Promise<Prepared> {
  const format = formats.find((candidate) => candidate.name === request.format)
  if (format) {
    const options = checkOptions(format.options, request.options)
    if (request.dataset !== null) return prepareVersion(engine, request, format, options, ctx)
    return prepareSamples(engine, request, format, options, ctx)
  }
  const layout = allLayouts.find((candidate) => candidate.name === request.format)
  if (layout) return prepareLayout(engine, request, layout, checkOptions(layout.options, request.options), ctx)
  const expected = [...formats, ...allLayouts].map((known) => known.name).join(', ')
  throw fault('format.unknown', { expected: `one of ${expected}`, found: `"${request.format}"` })
}

async function prepareSamples(
  engine: Engine,
  request: ExportRequest,
  format: Format,
  options: JsonObject,
  ctx: Context,
): Promise<Prepared> {
  const query = { ...request.query, project: request.project }
  const type = request.sampleType ?? format.sampleTypes[0] ?? 'row'
  checkType(format, type)
  const stream = await samplesToday(engine, query, type, request.purpose, ctx)
  const items = () => unsplit(stream.samples())
  const head = await gatherHead(items(), { title: queryWords(query), at: utcNow() })
  return writeSamples(engine, format, options, ctx, {
    what: JSON.stringify(query),
    head,
    items,
    withheld: stream.withheld,
  })
}

async function prepareVersion(
  engine: Engine,
  request: ExportRequest,
  format: Format,
  options: JsonObject,
  ctx: Context,
): Promise<Prepared> {
  const { project, purpose } = request
  const version = await versionByName(engine, project, request.dataset ?? '')
  const what = `${version.dataset}@${version.version}`
  const withheld: Withheld = new Map()
  async function* items(): AsyncIterable<ExportItem> {
    const splits = new Map<Sample, ExportItem['split']>()
    async function* samples(): AsyncIterable<Sample> {
      for await (const item of engine.store.datasets.items(project, version.dataset, version.version)) {
        const sample = parseJson(item.body, item.sampleId) as unknown as Sample
        splits.set(sample, item.split)
        yield sample
      }
    }
    withheld.clear()
    for await (const sample of gate(engine, samples(), project, purpose, withheld)) {
      yield { sample, split: splits.get(sample) ?? null }
      splits.delete(sample)
    }
  }
  const head = await gatherHead(items(), { title: what, at: version.createdAt, knownLabels: version.labels })
  return writeSamples(engine, format, options, ctx, { what, head, items, withheld })
}

interface SamplesToWrite {
  readonly what: string
  readonly head: ExportHead
  readonly items: () => AsyncIterable<ExportItem>
  readonly withheld: Withheld
}

function writeSamples(
  engine: Engine,
  format: Format,
  options: JsonObject,
  ctx: Context,
  given: SamplesToWrite,
): Prepared {
  const sessions = new Set<string>()
  async function* noted() {
    for await (const item of given.items()) {
      ctx.signal.throwIfAborted()
      checkType(format, item.sample.type)
      for (const session of item.sample.sessions) sessions.add(session)
      yield item
    }
  }
  return {
    what: given.what,
    withheld: given.withheld,
    sessions,
    write: (sink) => format.write(noted(), given.head, engine.store.blobs, sink, options, ctx),
  }
}

async function prepareLayout(
  engine: Engine,
  request: ExportRequest,
  layout: Layout,
  options: JsonObject,
  ctx: Context,
): Promise<Prepared> {
  if (request.dataset !== null) {
    const found = `dataset ${request.dataset} for layout ${layout.name}`
    throw fault('format.sample', {
      expected: 'a query: layouts hold sessions',
      found,
      fix: 'export by query, or choose a format',
    })
  }
  const domain = layout.domain === null ? {} : { domain: layout.domain }
  const query: SessionQuery = { ...request.query, ...domain, project: request.project }
  const mayUse = await consentGate(engine, request.project, request.purpose)
  const mayShare = await consentGate(engine, request.project, 'share')
  const withheld: Withheld = new Map()
  const sessions = new Set<string>()
  async function* items(): AsyncIterable<SessionWithEdits> {
    for await (const stored of engine.store.catalog.scan(query)) {
      ctx.signal.throwIfAborted()
      const session = readSession(stored)
      const decision = mayUse(session)
      if (!decision.allowed) {
        withheld.set(decision.because, (withheld.get(decision.because) ?? 0) + 1)
        continue
      }
      sessions.add(session.id)
      yield { session, edits: await engine.store.catalog.edits(session.id) }
    }
  }
  const extras = {
    documents: await engine.store.catalog.documents(request.project),
    mayShare: (session: SessionWithEdits['session']) => mayShare(session).allowed,
    pseudonym: (name: string) => pseudonym(engine, 'export', name),
  }
  return {
    what: JSON.stringify(query),
    withheld,
    sessions,
    async write(sink) {
      const report = await layout.write(items(), engine.store.blobs, sink, options, extras, ctx)
      const loose = await countLooseEdits(engine, request.project, layout.domain)
      if (loose === 0) return report
      const loss = {
        field: 'edits without a session',
        what: 'dropped',
        count: loose,
        why: 'no session to write them with',
      } as const
      return { ...report, losses: [...report.losses, loss] }
    },
  }
}

/** Imported edits whose session could not be told: kept in the store, but no session carries them out again. */
async function countLooseEdits(engine: Engine, project: string, domain: Layout['domain']): Promise<number> {
  let count = 0
  for await (const edit of engine.store.catalog.looseEdits(project)) {
    if (domain === null || edit.kind.startsWith(`${domain}.`)) count++
  }
  return count
}

async function* unsplit(samples: AsyncIterable<Sample>): AsyncIterable<ExportItem> {
  for await (const sample of samples) yield { sample, split: null }
}

function checkType(format: Format, type: SampleType): void {
  if (format.sampleTypes.includes(type)) return
  throw fault('format.sample', {
    expected: `samples of type ${format.sampleTypes.join(' or ')}`,
    found: type,
    where: format.name,
  })
}

function lossy(format: string, losses: readonly Loss[]) {
  const found = losses.map((loss) => `${loss.field} ${loss.what} ${loss.count} times`).join(', ')
  return fault('format.loss', { expected: `nothing lost in ${format}`, found })
}

/** Where the files of export jobs wait for their download. */
export const exportsFolder = (dataDir: string): string => join(dataDir, 'exports')
export const exportFile = (dataDir: string, job: string): string => join(exportsFolder(dataDir), `${job}.zip`)

/** The job behind `POST /api/v1/exports`: the files go into one zip, downloaded from the job. */
export async function exportJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const file = exportFile(engine.dataDir, job.id)
  await mkdir(exportsFolder(engine.dataDir), { recursive: true, mode: 0o700 })
  // A process that died in the middle may have left its file.
  await rm(file, { force: true })
  const params = job.params as unknown as Omit<ExportRequest, 'project' | 'principal' | 'target'>
  const request: ExportRequest = { ...params, project: job.project, principal: job.principal, target: `${job.id}.zip` }
  return (await exportTo(
    engine,
    request,
    guardedSink(await zipSink(file), (bytes) => engine.store.admit(bytes)),
    ctx,
  )) as unknown as Json
}
