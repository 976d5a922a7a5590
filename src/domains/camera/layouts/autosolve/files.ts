/** Which files of a source are AutoSolve's, and in which of its four forms. */
import type { Source, SourceFile } from '#core/io.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { Match } from '#core/report.ts'
import { decodeText, parseLoose, readBytes } from './text.ts'

/**
 * `zip`: the export archive. `folder`: the data folder. `plan`: EZTrack's plan. `format 3`: one JSON with everything.
 * `records`: session records alone.
 */
export type Form = 'zip' | 'folder' | 'plan' | 'format 3' | 'records'

export interface Files {
  readonly form: Form
  /** Session records, or in `format 3` the files that hold them. */
  readonly sessions: readonly SourceFile[]
  readonly behaviors: readonly SourceFile[]
  /** Kept as they are, with the name that they are kept by. */
  readonly documents: readonly { readonly file: SourceFile; readonly name: string }[]
  readonly contributor: SourceFile | null
}

export const limits = {
  /** One session, one behavior record or one document. */
  recordBytes: 64 * 1024 * 1024,
  /** A format 3 file holds all sessions at once. */
  format3Bytes: 256 * 1024 * 1024,
  /** Files in a source. */
  files: 500_000,
} as const

export const format3Type = 'autosolve_training_data'

const documentNames: Readonly<Record<string, string>> = {
  'model.json': 'autosolve/model.json',
  'models/settings_predictor.json': 'autosolve/model.json',
  'aggregate_stats.json': 'autosolve/aggregate_stats.json',
  'manifest.json': 'autosolve/manifest.json',
}

/** Looks at names first, and into as few files as will tell. */
export async function findFiles(source: Source): Promise<Files | { readonly because: readonly string[] }> {
  const all = (await source.files()).filter((file) => !/(^|\/)\./.test(file.name))
  const json = all.filter((file) => /\.json$/i.test(file.name))
  if (all.length > limits.files) return { because: [`more than ${limits.files} files`] }
  if (json.length === 0) return { because: ['no JSON file'] }
  const root = rootOf(json)
  const inRoot = (file: SourceFile) => file.name.slice(root.length)
  const below = (folder: string) =>
    json.filter((file) => file.name.startsWith(root) && inRoot(file).toLowerCase().startsWith(`${folder}/`))
  const sessions = below('sessions')
  const behaviors = below('behavior')
  const documents = json.flatMap((file) => {
    const name = file.name.startsWith(root) ? inRoot(file) : ''
    if (name.toLowerCase().startsWith('edits/')) return [{ file, name: `autosolve/${name}` }]
    const known = documentNames[name.toLowerCase()]
    return known ? [{ file, name: known }] : []
  })
  const has = (name: string) => documents.some(({ file }) => inRoot(file).toLowerCase() === name)
  const contributor = all.find((file) => file.name.toLowerCase() === `${root}contributor_id.txt`.toLowerCase()) ?? null
  const rest = { sessions, behaviors, documents, contributor }
  if (sessions.length > 0 || behaviors.length > 0) {
    const sample = sessions[0] ?? behaviors[0]
    const value = sample ? await peek(source, sample) : null
    const known = value === unreadable || (sessions[0] ? looksLikeSession(value) : looksLikeBehavior(value))
    if (!known && !has('model.json')) return { because: [`${sample?.name} is no AutoSolve record`] }
    if (has('models/settings_predictor.json') || has('aggregate_stats.json')) return { form: 'plan', ...rest }
    return { form: has('manifest.json') ? 'zip' : 'folder', ...rest }
  }
  return lone(source, json, documents, rest)
}

async function lone(
  source: Source,
  json: readonly SourceFile[],
  documents: Files['documents'],
  rest: Omit<Files, 'form'>,
): Promise<Files | { readonly because: readonly string[] }> {
  const bundles: SourceFile[] = []
  const records: SourceFile[] = []
  const behaviors: SourceFile[] = []
  const because = ['no folder "sessions" or "behavior" with JSON files']
  // A source with thousands of unrelated JSON files is not searched through.
  for (const file of json.slice(0, 50)) {
    const value = await peek(source, file)
    if (isJsonObject(value) && value['export_type'] === format3Type) bundles.push(file)
    else if (looksLikeSession(value)) records.push(file)
    else if (looksLikeBehavior(value)) behaviors.push(file)
  }
  if (bundles.length > 0) return { form: 'format 3', ...rest, sessions: bundles, documents: [] }
  because.push(`no file with "export_type": "${format3Type}"`)
  if (records.length > 0 || behaviors.length > 0) return { form: 'records', ...rest, sessions: records, behaviors }
  because.push('no file with "resolution", "fps" and "settings"')
  const model = documents.find(({ name }) => name === 'autosolve/model.json')
  const value = model ? await peek(source, model.file) : null
  if (model && isJsonObject(value) && 'footage_classes' in value) return { form: 'folder', ...rest }
  return { because }
}

/** The folder that holds `sessions`, `behavior` or the model, with its slash; '' when they lie at the top. */
function rootOf(files: readonly SourceFile[]): string {
  for (const { name } of files) {
    const found = /^(.*\/)?(sessions|behavior)\/[^/]+\.json$/i.exec(name)
    if (found) return found[1] ?? ''
  }
  for (const { name } of files) {
    const found = /^(.*\/)?(model|aggregate_stats|models\/settings_predictor)\.json$/i.exec(name)
    if (found) return found[1] ?? ''
  }
  return ''
}

const unreadable = Symbol('unreadable')

async function peek(source: Source, file: SourceFile): Promise<Json | typeof unreadable> {
  const silent = { warn: () => undefined }
  try {
    const most = limits.format3Bytes
    return parseLoose(decodeText(await readBytes(source, file.name, most), file.name, silent), file.name, silent)
  } catch {
    return unreadable
  }
}

export const looksLikeSession = (value: Json | symbol): boolean =>
  typeof value !== 'symbol' && isJsonObject(value) && 'resolution' in value && 'fps' in value && 'settings' in value

const looksLikeBehavior = (value: Json | symbol): boolean =>
  typeof value !== 'symbol' && isJsonObject(value) && 'track_deletions' in value && 'session_id' in value

export async function detectAutosolve(source: Source): Promise<Match> {
  const found = await findFiles(source)
  return 'because' in found ? { fits: false, because: found.because } : { fits: true, variant: found.form }
}
