/**
 * What a run of qontinui-runner leaves behind, or another program that keeps the same records: a file of action records
 * beside a folder `screenshots/` with pictures and a small JSON file for each. One records file is one session.
 */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import { uuidFromHash } from '#core/ids.ts'
import type { MediaReader, Sink, Source } from '#core/io.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported, Intake, Layout, LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import { checkOptions, type OptionTable } from '#core/options.ts'
import type { Match, WriteReport } from '#core/report.ts'
import type { MediaRef } from '#core/session.ts'
import { readLines, readText } from '#core/source-text.ts'
import { knownParts } from '../known-parts.ts'
import { elementSchema, guiSessionSchema } from '../schema.ts'
import type { GuiSession, Screen, ScreenElement } from '../session.ts'
import { innerPath, storable, textOf, textsOf, unixMs } from './qontinui-files.ts'
import { Losses } from './qontinui-gather.ts'
import { actionFromRecord, isRunnerRecord, recordFromAction } from './runner-record.ts'

const maxTextBytes = 256 * 1024 * 1024
const maxLineChars = 16 * 1024 * 1024
const recordsFile = /(^|\/)(action_?|execution_?)*records?\.(json|jsonl|ndjson)$/i

const options = {} as const satisfies OptionTable

export const qontinuiRun = {
  name: 'qontinui-run',
  domain: 'gui',
  about: 'the records of qontinui-runner: action_records.jsonl (or .json) beside screenshots/',
  options,
  detect,
  read,
  write,
} as const satisfies Layout

async function detect(source: Source): Promise<Match> {
  const files = (await source.files()).filter(({ name }) => recordsFile.test(name))
  if (files.length === 0)
    return { fits: false, because: ['it has no file action_records.jsonl or action_records.json'] }
  for (const { name } of files) {
    for await (const { value } of recordsOf(source, name)) {
      if (value instanceof Fault) continue
      if (isRunnerRecord(value)) return { fits: true, variant: files.length === 1 ? 'one run' : `${files.length} runs` }
      break
    }
  }
  return { fits: false, because: [`the records in ${files[0]?.name} have no "action_type"`] }
}

interface Entry {
  readonly value: Json | Fault
  readonly where: string
}

/** The records of a file: a list, an object that has one, or one record per line. */
async function* recordsOf(source: Source, name: string): AsyncIterable<Entry> {
  const parse = (text: string, where: string): Json | Fault => {
    try {
      return parseJson(text, where)
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    }
  }
  if (!name.toLowerCase().endsWith('.json')) {
    for await (const { number, text } of readLines(source, name, maxLineChars)) {
      yield { value: parse(text, `${name}:${number}`), where: `${name}:${number}` }
    }
    return
  }
  const whole = parse(await readText(source, name, maxTextBytes), name)
  if (whole instanceof Fault) return yield { value: whole, where: name }
  const list = isJsonObject(whole) ? (whole['records'] ?? whole['executionRecords'] ?? whole['actions']) : whole
  for (const [index, value] of (Array.isArray(list) ? (list as readonly Json[]) : [whole]).entries()) {
    yield { value, where: `${name}, record ${index}` }
  }
}

async function* read(source: Source, intake: Intake, ctx: Context): AsyncIterable<Imported> {
  const names = new Set((await source.files()).map(({ name }) => name))
  for (const name of names) {
    ctx.signal.throwIfAborted()
    if (recordsFile.test(name)) yield* new Run(source, name, names, intake, ctx).read()
  }
}

class Run {
  readonly #source: Source
  readonly #file: string
  readonly #root: string
  readonly #names: ReadonlySet<string>
  readonly #intake: Intake
  readonly #ctx: Context
  readonly #pictures = new Map<string, MediaRef>()
  readonly #problems: Imported[] = []

  constructor(source: Source, file: string, names: ReadonlySet<string>, intake: Intake, ctx: Context) {
    this.#source = source
    this.#file = file
    this.#root = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
    this.#names = names
    this.#intake = intake
    this.#ctx = ctx
  }

  async *read(): AsyncIterable<Imported> {
    await this.#takePictures()
    const records: { record: JsonObject; where: string }[] = []
    for await (const { value, where } of recordsOf(this.#source, this.#file)) {
      if (value instanceof Fault) this.#problems.push({ type: 'problem', fault: value, where })
      else if (isRunnerRecord(value)) records.push({ record: value, where })
      else this.#problem(where, 'an action record with an action_type', value)
    }
    const actions = records
      .map(({ record, where }, order) => actionFromRecord(record, order, { hashOf: (ref) => this.#hashOf(ref, where) }))
      .map((action, order) => ({ action, order }))
      .sort((a, b) => compareTimes(a.action.startedAt, b.action.startedAt) || a.order - b.order)
      .map(({ action }) => action)
    const screens = await this.#screens()
    yield* this.#problems.splice(0)
    const known = actions.filter(({ success }) => typeof success === 'boolean')
    const failed = known.filter(({ success }) => success === false).length
    const described = await this.#described()
    const times = [...actions.map(({ startedAt }) => startedAt), ...screens.map(({ takenAt }) => takenAt)]
    const recordedAt = times.filter((time) => typeof time === 'string').sort()[0] ?? new Date(0).toISOString()
    const workflows = new Set(actions.flatMap(({ workflowName }) => workflowName ?? []))
    const content = {
      project: this.#intake.project,
      domain: 'gui',
      schemaVersion: 1,
      recordedAt: textOf(described['recorded_at']) ?? recordedAt,
      host: { name: 'qontinui-runner', version: null },
      contributor: null,
      consent: null,
      parent: null,
      context: {
        kind: 'run',
        workflows: [...workflows].sort(),
        ...(isJsonObject(described['context']) ? described['context'] : {}),
      },
      settings: { values: described['settings'] ?? {}, reason: null, propensity: null, policy: null },
      outcome: {
        // The runner calls a workflow successful when all its actions were.
        status: known.length === 0 ? null : failed === 0 ? 'succeeded' : 'failed',
        error: null,
        durationMs: null,
        actionsTotal: actions.length,
        actionsFailed: known.length === 0 ? null : failed,
      },
      telemetry: { actions, screens },
      media: [...new Map([...this.#pictures.values()].map((media) => [media.sha256, media])).values()],
    }
    const id = uuidFromHash(this.#ctx.sha256(canonicalJson(['qontinui-run', content], this.#file)))
    yield { type: 'session', session: { id, ...(content as unknown as JsonObject) }, where: this.#file }
  }

  async #takePictures(): Promise<void> {
    const folder = `${this.#root}screenshots/`
    for (const name of this.#names) {
      if (!name.startsWith(folder) || !/\.(png|jpe?g|webp)$/i.test(name)) continue
      try {
        const media = await this.#intake.media(name, 'screenshot', { picture: true })
        this.#pictures.set(name.slice(this.#root.length), media)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        this.#problems.push({ type: 'problem', fault: error, where: name })
      }
    }
  }

  #hashOf(reference: Json | undefined, where: string): string | null {
    if (reference === undefined || reference === null) return null
    const path = innerPath(reference)
    const media = path === null ? undefined : this.#pictures.get(path)
    if (!media) this.#problem(where, 'a screenshot inside the folder of the run', reference)
    return media?.sha256 ?? null
  }

  /** Every screenshot, with what the small file beside it says. */
  async #screens(): Promise<readonly Screen[]> {
    const screens = new Map<string, Screen>()
    for (const [path, media] of this.#pictures) {
      const sidecar = await this.#json(path.replace(/\.[^.]*$/, '.json'))
      const known = screens.get(media.sha256)
      const at = unixMs(sidecar['timestamp'])
      const states = new Set([...(known?.activeStates ?? []), ...textsOf(sidecar['active_states'])])
      screens.set(media.sha256, {
        sha256: media.sha256,
        width: media.width ?? 1,
        height: media.height ?? 1,
        takenAt: known?.takenAt ?? (at === null ? null : new Date(at).toISOString()),
        activeStates: [...states].sort(),
        elements: this.#elements(sidecar['elements'], path),
      })
    }
    return [...screens.values()]
  }

  #elements(listed: Json | undefined, path: string): readonly ScreenElement[] {
    const elements = Array.isArray(listed) ? (listed as readonly Json[]) : []
    return elements.flatMap((element, index) => {
      if (elementSchema.safeParse(element).success) return [element as unknown as ScreenElement]
      this.#problem(`${path}, element ${index}`, 'an element with label, source and shape', element)
      return []
    })
  }

  #described(): Promise<JsonObject> {
    return this.#json('run.json')
  }

  /** A JSON object of the run; empty when there is none. */
  async #json(path: string): Promise<JsonObject> {
    const name = `${this.#root}${path}`
    if (!this.#names.has(name)) return {}
    try {
      const value = parseJson(await readText(this.#source, name, maxTextBytes), name)
      if (isJsonObject(value)) return storable(value) as JsonObject
      this.#problem(name, 'an object', value)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#problems.push({ type: 'problem', fault: error, where: name })
    }
    return {}
  }

  #problem(where: string, expected: string, found: Json): void {
    this.#problems.push({
      type: 'problem',
      fault: fault('layout.invalid', { expected, found: brief(found), where }),
      where,
    })
  }
}

function compareTimes(a: string | null | undefined, b: string | null | undefined): number {
  if (!a || !b) return 0
  return a < b ? -1 : a > b ? 1 : 0
}

async function write(
  items: AsyncIterable<SessionWithEdits>,
  media: MediaReader,
  sink: Sink,
  given: JsonObject,
  _extras: LayoutExtras,
  ctx: Context,
): Promise<WriteReport> {
  checkOptions(options, given)
  const losses = new Losses()
  let [files, count] = [0, 0]
  for await (const { session: any, edits } of items) {
    ctx.signal.throwIfAborted()
    // The store checked it against the schema of this domain when it came in.
    const session = knownParts(guiSessionSchema, any as unknown as Json) as unknown as GuiSession
    const root = `run-${session.id}/`
    const references = new Map<string, string>()
    for (const [index, screen] of (session.telemetry?.screens ?? []).entries()) {
      const ref = session.media.find(({ sha256 }) => sha256 === screen.sha256)
      const extension = ref?.mediaType === 'image/jpeg' ? 'jpg' : ref?.mediaType === 'image/webp' ? 'webp' : 'png'
      const name = `screenshots/screenshot-${String(index + 1).padStart(4, '0')}`
      references.set(screen.sha256, `${name}.${extension}`)
      await sink.write(`${root}${name}.${extension}`, media.open(screen.sha256))
      await sink.write(
        `${root}${name}.json`,
        `${JSON.stringify(sidecarOf(screen, index, `${name}.${extension}`), null, 2)}\n`,
      )
      files += 2
    }
    const actions = session.telemetry?.actions ?? []
    const records = actions.map((action) => recordFromAction(action, (hash) => references.get(hash ?? '') ?? null))
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    await sink.write(`${root}action_records.jsonl`, lines)
    const { context, settings, recordedAt } = session
    const run = { session_id: session.id, recorded_at: recordedAt, context, settings: settings.values }
    await sink.write(`${root}run.json`, `${JSON.stringify(run, null, 2)}\n`)
    files += 2
    count++
    losses.add('edits', 'dropped', edits.length, 'the runner keeps no corrections')
    losses.add(
      'templates',
      'dropped',
      session.telemetry?.templates?.length ?? 0,
      'the runner keeps them in its workflow',
    )
    losses.add('states', 'dropped', session.telemetry?.states?.length ?? 0, 'the runner keeps them in its workflow')
    losses.add('names', 'dropped', actions.filter(({ name, target }) => name ?? target).length, 'a record has none')
  }
  return { files, items: count, losses: losses.list() }
}

function sidecarOf(screen: Screen, index: number, filename: string): JsonObject {
  return {
    screenshot_number: index + 1,
    action_id: null,
    active_states: screen.activeStates ?? [],
    timestamp: screen.takenAt ?? null,
    filename: filename.slice('screenshots/'.length),
    event_type: 'screenshot',
    image_id: null,
    found: null,
    elements: (screen.elements ?? []) as unknown as Json,
  }
}
