/** Reads the image app's training-data folder: sessions that are whole come in, and everything else is named. */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import { uuidFromHash } from '#core/ids.ts'
import type { Source, SourceFile } from '#core/io.ts'
import { canonicalJson, isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported, Intake } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { readText } from '#core/source-text.ts'
import { personOf } from '../intake.ts'
import { instruction as instructionSchema, maxInstructionChars } from '../schema.ts'
import type { ImagesSession } from '../session.ts'
import { otherKeys } from './nexvision-metadata.ts'
import { type LogFindings, readLog } from './nexvision-log.ts'
import { findTrees, type SessionFolder, timeOfStamp, type Tree } from './nexvision-names.ts'

const maxMetadataBytes = 1_000_000

interface Reading {
  readonly source: Source
  readonly intake: Intake
  readonly ctx: Context
}

export async function* readNexvision(source: Source, intake: Intake, ctx: Context): AsyncGenerator<Imported, void> {
  const trees = findTrees(await source.files())
  const total = trees.reduce((sum, tree) => sum + tree.folders.length, 0)
  let done = 0
  for (const tree of trees) {
    const log = yield* readLog(source, tree, ctx)
    for (const folder of tree.folders) {
      ctx.signal.throwIfAborted()
      yield await readFolder(folder, log, { source, intake, ctx })
      ctx.progress({ done: ++done, total, unit: 'sessions', note: null })
    }
    warnOfUnlogged(tree, log, ctx)
  }
}

/** The app's own count is the number of log lines, so people may wonder why more come in. */
function warnOfUnlogged(tree: Tree, { mentioned }: LogFindings, ctx: Context): void {
  if (!tree.log) return
  const unlogged = tree.folders.filter((folder) => !mentioned.has(`session-${folder.stamp}`)).length
  if (unlogged === 0) return
  const message = `${unlogged} session folders have no line in the log; they were read all the same`
  ctx.warn({ code: 'log.incomplete', message, where: tree.log.name })
}

async function readFolder(folder: SessionFolder, log: LogFindings, reading: Reading): Promise<Imported> {
  const { source, intake, ctx } = reading
  try {
    const { value, where } = await readMetadata(folder, log, source)
    const instruction = readInstruction(value, where)
    const files = {
      input: findImage(folder, 'original', value['originalFilename'], where),
      output: findImage(folder, 'reimagined', value['reimaginedFilename'], where),
    }
    const doubt = findDoubt(value, files, folder, where, ctx)
    const input = await intake.media(files.input.name, 'input', { picture: true })
    const output = await intake.media(files.output.name, 'output', { picture: true })
    const session = toSession({ folder, value, where, instruction, doubt, media: [input, output] }, reading)
    return { type: 'session', session: session as unknown as JsonObject, where }
  } catch (error) {
    if (error instanceof Fault) return { type: 'problem', fault: error, where: error.where ?? folder.path }
    throw error
  }
}

interface Metadata {
  readonly value: JsonObject
  readonly where: string
}

async function readMetadata(folder: SessionFolder, log: LogFindings, source: Source): Promise<Metadata> {
  const file = folder.files.get(`metadata-${folder.stamp}.json`)
  if (!file) {
    const line = log.metadata.get(`session-${folder.stamp}`)
    if (line) return { value: line, where: folder.path }
    throw fault('file.missing', {
      expected: `metadata-${folder.stamp}.json`,
      found: [...folder.files.keys()].join(', '),
      where: folder.path,
    })
  }
  const text = await readText(source, file.name, maxMetadataBytes)
  const value = parseJson(text, file.name)
  if (isJsonObject(value)) return { value, where: file.name }
  throw fault('layout.invalid', { expected: 'a JSON object', found: brief(value), where: file.name })
}

function readInstruction(value: JsonObject, where: string): string {
  const text = value['instruction']
  if (typeof text === 'string' && instructionSchema.safeParse(text).success) return text
  throw fault('layout.invalid', {
    expected: `an instruction of 1 to ${maxInstructionChars} characters`,
    found: brief(text ?? null),
    where,
  })
}

/** The file that the metadata name, or where they name none, the one with the folder's own stamp. */
function findImage(folder: SessionFolder, kind: 'original' | 'reimagined', named: unknown, where: string): SourceFile {
  const own = [...folder.files.keys()].filter((name) => name.startsWith(`${kind}-${folder.stamp}.`))
  const wanted = typeof named === 'string' ? named.normalize('NFC') : own.length === 1 ? own[0] : undefined
  const file = wanted === undefined ? undefined : folder.files.get(wanted)
  if (file) return file
  throw fault('file.missing', {
    expected: `the ${kind} image ${wanted ?? `${kind}-${folder.stamp}.*`}`,
    found: [...folder.files.keys()].join(', ') || 'an empty folder',
    ...(own.length > 0 && { fix: 'see whose image it is: the metadata name the files of another session' }),
    where,
  })
}

/** Files of other sizes than the metadata say are those of another post in the same millisecond, or were changed since. */
function findDoubt(
  value: JsonObject,
  files: { readonly input: SourceFile; readonly output: SourceFile },
  folder: SessionFolder,
  where: string,
  ctx: Context,
): string | null {
  const doubts: string[] = []
  const sizes = [
    ['originalSize', files.input],
    ['reimaginedSize', files.output],
  ] as const
  for (const [key, file] of sizes) {
    const said = value[key]
    if (typeof said === 'number' && said !== file.bytes)
      doubts.push(`${key} is ${said}, the file has ${file.bytes} bytes`)
  }
  const name = value['sessionId']
  if (typeof name === 'string' && name !== `session-${folder.stamp}`) doubts.push(`sessionId is ${brief(name)}`)
  if (doubts.length === 0) return null
  const doubt = doubts.join('; ')
  ctx.warn({ code: 'session.mixed', message: `${doubt}; kept, but no training pair until a person accepts it`, where })
  return doubt
}

interface Found {
  readonly folder: SessionFolder
  readonly value: JsonObject
  readonly where: string
  readonly instruction: string
  readonly doubt: string | null
  readonly media: readonly [MediaRef, MediaRef]
}

function toSession(found: Found, { intake, ctx }: Reading): ImagesSession {
  const { folder, value, where, instruction, doubt, media } = found
  const folderTime = timeOfStamp(folder.stamp)
  const recordedAt = readTime(value['timestamp']) ?? folderTime
  if (recordedAt === null) {
    throw fault('layout.invalid', {
      expected: 'a timestamp such as 2025-01-15T10:30:45.123Z',
      found: brief(value['timestamp'] ?? null),
      where,
    })
  }
  const identity = ['nexvision', folder.stamp, media[0].sha256, media[1].sha256, instruction]
  return {
    id: uuidFromHash(ctx.sha256(canonicalJson(identity))),
    project: intake.project,
    domain: 'images',
    schemaVersion: 1,
    recordedAt,
    host: { name: 'nexvision', version: null },
    contributor: readContributor(value['userEmail'], where, { intake, ctx }),
    // The layout knows no consent. Who imports declares it for all of it; the ledger can say otherwise at any time.
    consent: { basis: 'imported', scopes: ['collect', 'train'], textSha256: null, givenAt: null },
    parent: null,
    context: {
      instruction,
      clientSupplied: true,
      origin: {
        layout: 'nexvision',
        session: `session-${folder.stamp}`,
        stamp: folderTime === recordedAt ? null : folderTime,
        doubt,
        extra: readExtra(value, where, ctx),
      },
    },
    settings: { values: {}, reason: null, propensity: null, policy: null },
    // The app stores a session only after the result was shown.
    outcome: { status: 'succeeded', error: null, durationMs: null },
    telemetry: null,
    media,
  }
}

/** A time without a zone is not one moment, so only UTC or an offset will do. */
function readTime(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value)) return null
  const time = Date.parse(value)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** The address itself is never kept. */
function readContributor(userEmail: unknown, where: string, { intake, ctx }: Pick<Reading, 'intake' | 'ctx'>) {
  if (userEmail === undefined || userEmail === null) return null
  if (typeof userEmail !== 'string') {
    ctx.warn({ code: 'contributor.unread', message: 'userEmail is no text; the session belongs to nobody', where })
    return null
  }
  const person = personOf(userEmail)
  return person === null ? null : intake.pseudonym(person)
}

function readExtra(value: JsonObject, where: string, ctx: Context): JsonObject | null {
  const { kept, leftOut } = otherKeys(value)
  if (leftOut > 0) {
    ctx.warn({ code: 'personal.left-out', message: 'a field that holds a mail address was left out', where })
  }
  return kept
}
