/** Writes sessions as AutoSolve keeps them, in the form asked for; the same sessions give the same bytes. */
import type { Context } from '#core/context.ts'
import type { Sink } from '#core/io.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import type { WriteReport } from '#core/report.ts'
import { makeVeil, type Veil } from './anonymous.ts'
import { format3Type } from './files.ts'
import { type LossCounter, lossCounter } from './losses.ts'
import { gatherModel, keptModel, type ModelGatherer } from './model.ts'
import { writeSession, type Written } from './write-session.ts'

export const writtenForms = ['zip-tree', 'folder', 'format3', 'plan'] as const
export type WrittenForm = (typeof writtenForms)[number]

interface Writing {
  readonly form: WrittenForm
  readonly items: AsyncIterable<SessionWithEdits>
  readonly sink: Sink
  readonly extras: LayoutExtras
  readonly ctx: Context
  readonly veil: Veil
  readonly losses: LossCounter
  readonly gathered: ModelGatherer
  /** The model: the one that was imported, or one made from the sessions written. */
  model(): JsonObject
}

export async function writeAutosolve(
  items: AsyncIterable<SessionWithEdits>,
  sink: Sink,
  options: { readonly form: string; readonly model: string },
  extras: LayoutExtras,
  ctx: Context,
): Promise<WriteReport> {
  const losses = lossCounter()
  const gathered = gatherModel()
  const imported = options.model === 'kept' ? keptModel(extras.documents['autosolve/model.json'], losses, ctx) : null
  const writing: Writing = {
    form: writtenForms.find((form) => form === options.form) ?? 'zip-tree',
    items,
    sink,
    extras,
    ctx,
    veil: makeVeil(extras, ctx),
    losses,
    gathered,
    model: () => imported ?? gathered.model(),
  }
  return writing.form === 'format3' ? writeOne(writing) : writeMany(writing)
}

async function* written(writing: Writing): AsyncIterable<Written> {
  let done = 0
  for await (const item of writing.items) {
    writing.ctx.signal.throwIfAborted()
    writing.gathered.add(item.session, item.edits)
    yield writeSession(item, writing.extras, writing.veil, writing.losses)
    writing.ctx.progress({ done: ++done, total: null, unit: 'sessions', note: 'writing' })
  }
}

/** One file per record; what counts and sums them comes last. */
async function writeMany(writing: Writing): Promise<WriteReport> {
  const { form, sink, ctx } = writing
  const files: { readonly name: string; readonly bytes: number; readonly sha256: string }[] = []
  const write = async (name: string, content: Json) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(content)}\n`)
    files.push({ name, bytes: bytes.length, sha256: ctx.sha256(bytes) })
    await sink.write(name, bytes)
  }
  const counts = { sessions: 0, behaviors: 0, tracks: 0, newest: '' }
  for await (const { session, behaviors, name } of written(writing)) {
    const at = hourOf(session)
    await write(sessionName(form, at, name), session)
    counts.sessions++
    counts.tracks += Array.isArray(session['tracks']) ? session['tracks'].length : 0
    counts.newest = later(counts.newest, at)
    for (const behavior of behaviors) {
      await write(`behavior/${behavior.name}.json`, behavior.record)
      counts.behaviors++
      counts.newest = later(counts.newest, hourOf(behavior.record))
    }
  }
  await write(form === 'plan' ? 'models/settings_predictor.json' : 'model.json', writing.model())
  if (form === 'plan') await write('aggregate_stats.json', writing.gathered.totals())
  if (form === 'zip-tree') {
    await write('manifest.json', {
      export_version: 2,
      export_date: counts.newest === '' ? null : counts.newest,
      addon_version: null,
      generator: 'hindsight',
      session_count: counts.sessions,
      behavior_count: counts.behaviors,
      edit_count: 0,
      total_tracks: counts.tracks,
      files: files.map((file) => ({ ...file })),
    })
  }
  return { files: files.length, items: counts.sessions, losses: writing.losses.losses() }
}

/** ISO times without a zone sort as text. */
const later = (a: string, b: string) => (b > a ? b : a)

const hourOf = (record: JsonObject): string => (typeof record['timestamp'] === 'string' ? record['timestamp'] : '')

function sessionName(form: WrittenForm, at: string, name: string): string {
  if (form === 'plan') return `sessions/${at.slice(0, 10)}_${name}_session.json`
  return `sessions/${at.replaceAll(':', '-')}_${name}.json`
}

/** Everything in one JSON file, sessions first, since the model is made of them. */
async function writeOne(writing: Writing): Promise<WriteReport> {
  let sessions = 0
  async function* content(): AsyncIterable<Uint8Array> {
    const encode = (text: string) => new TextEncoder().encode(text)
    yield encode(`{"format_version":3,"export_type":"${format3Type}","sessions":[`)
    for await (const { session, behaviors } of written(writing)) {
      writing.losses.dropped('edits.camera.behavior', 'the layout has no place for it', behaviors.length)
      yield encode(`${sessions === 0 ? '\n' : ',\n'}${JSON.stringify(session)}`)
      sessions++
    }
    const { version: _, ...model } = writing.model()
    const rest = Object.entries(model).map(([key, value]) => `,"${key}":${JSON.stringify(value)}`)
    yield encode(`\n]${rest.join('')}}\n`)
  }
  await writing.sink.write('autosolve_training_data.json', content())
  return { files: 1, items: sessions, losses: writing.losses.losses() }
}
