/** One AutoSolve session record to one session. */
import { brief, fault } from '#core/faults.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { runStatuses } from '#core/session.ts'
import { knownCodec } from './anonymous.ts'
import type { Notes } from './codec.ts'
import type { Ended } from './ended.ts'
import { asObject, contributorOf, idOf, linked, notesFor, type Reading, readTime, textOf } from './reading.ts'
import { modernized, sessionRecord } from './session-fields.ts'

/** Read here rather than by the table, because identity, time or more than one field hangs on them. */
const apart = [
  'timestamp',
  'clip_name',
  'resolution',
  'success',
  'status',
  'schema_version',
  'clip_fingerprint',
  'contributor_id',
  'source_metadata',
  'session_id',
  'parent_session_id',
  'chain_session_id',
  'run_session_id',
] as const

/** @throws layout.invalid when it is no session record at all */
export function readSession(value: Json, where: string, reading: Reading): { session: JsonObject; end: Ended } {
  const raw = modernized(asObject(value, 'an AutoSolve session record', where))
  if (!isJsonObject(raw['settings'])) {
    throw fault('layout.invalid', {
      expected: 'the field "settings" with an object',
      found: brief(raw['settings'] ?? null),
      where,
    })
  }
  const notes = notesFor(where, reading)
  const version = raw['schema_version']
  if (typeof version === 'number' && version > 1) notes.odd('schema_version', 'version 1', version)
  const table = Object.fromEntries(Object.entries(raw).filter(([key]) => !apart.some((name) => name === key)))
  const { context, settings, outcome, telemetry, ...extra } = sessionRecord.read(table, '', notes) as Record<
    string,
    Json
  >
  const time = readTime(raw['timestamp'], where, reading)
  const named = contributorOf(raw) ?? reading.contributor
  const id = sessionId(raw, contributorOf(raw) === null ? reading.contributor : null, time.fallback, where, reading)
  const result = isJsonObject(outcome) ? outcome : {}
  const durationMs = typeof result['durationMs'] === 'number' ? result['durationMs'] : null
  const contributor = named === null ? null : reading.intake.pseudonym(named)
  const session: JsonObject = {
    id,
    project: reading.intake.project,
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: time.iso,
    host: { name: 'autosolve', version: null },
    contributor,
    consent: null,
    parent: linked(raw['parent_session_id'], reading),
    context: {
      ...(isJsonObject(context) ? context : {}),
      ...readResolution(raw['resolution'], notes),
      clip: readClip(raw, notes, reading),
      chain: linked(raw['chain_session_id'], reading),
      ...(raw['run_session_id'] === undefined ? {} : { run: linked(raw['run_session_id'], reading) }),
      clock: time.clock,
    },
    settings: { values: settings ?? {}, reason: null, propensity: null, policy: null },
    outcome: { ...result, status: readStatus(raw, result), error: null, durationMs },
    telemetry: readTelemetry(telemetry, extra),
    media: [],
  }
  return {
    session,
    end: {
      session: id,
      contributor,
      endMs: Date.parse(time.iso) + (durationMs ?? 0),
      exportedId: textOf(raw['session_id']),
    },
  }
}

/** Records that Hindsight wrote carry an id of their own, made new at every export; the others are their content. */
function sessionId(
  raw: JsonObject,
  contributor: string | null,
  fallbackTime: string | null,
  where: string,
  reading: Reading,
): string {
  const exported = textOf(raw['session_id'])
  if (exported) return idOf('exported session', reading, exported)
  return idOf('session', reading, canonicalJson(raw, where), contributor ?? '', fallbackTime ?? '')
}

/** Older records hold the file's own name here, newer ones a number that is random per session: neither is kept. */
function readClip(raw: JsonObject, notes: Notes, reading: Reading): JsonObject {
  const source = isJsonObject(raw['source_metadata']) ? raw['source_metadata'] : {}
  const fingerprint = textOf(raw['clip_fingerprint'])
  const extension = textOf(source['file_extension'])?.toLowerCase() ?? null
  const fits = extension === null || /^\.[a-z0-9]{1,16}$/.test(extension)
  if (!fits) notes.odd('source_metadata.file_extension', 'an extension', extension)
  const { file_size_mb: sizeMb, codec, bit_depth: depth } = source
  return {
    ...(knownCodec(codec) === null ? {} : { codec: knownCodec(codec) }),
    ...(Number.isInteger(depth) && (depth as number) > 0 && (depth as number) <= 64
      ? { bitDepth: depth as number }
      : {}),
    // Theirs is a plain hash of a path, which can be guessed: only a keyed form of it is stored.
    fingerprint: fingerprint === null ? null : reading.intake.pseudonym(`autosolve clip ${fingerprint}`),
    extension: fits ? extension : null,
    codecHint: source['codec_hint'] === 'unknown' ? null : textOf(source['codec_hint']),
    sizeBytes: typeof sizeMb === 'number' && sizeMb > 0 ? Math.round(sizeMb * 1024 * 1024) : null,
  }
}

function readResolution(value: Json | undefined, notes: Notes): JsonObject {
  const [widthPx, heightPx] = Array.isArray(value) ? (value as readonly Json[]) : []
  if (typeof widthPx === 'number' && typeof heightPx === 'number') {
    return { widthPx: widthPx === 0 ? null : widthPx, heightPx: heightPx === 0 ? null : heightPx }
  }
  if (value !== undefined && value !== null) notes.odd('resolution', 'width and height', value)
  return { widthPx: null, heightPx: null }
}

/** "success" there means that the run came to its end; without a solve that is not the same as having succeeded. */
function readStatus(raw: JsonObject, outcome: JsonObject): Json {
  const stated = raw['status']
  if (runStatuses.some((status) => status === stated)) return stated ?? null
  if (raw['success'] === false) return 'failed'
  if (raw['success'] !== true) return null
  return outcome['solveErrorPx'] === null || outcome['solveErrorPx'] === undefined ? 'partial' : 'succeeded'
}

function readTelemetry(telemetry: Json | undefined, extra: JsonObject): JsonObject | null {
  const known = isJsonObject(telemetry) ? { ...telemetry } : {}
  const tracks = known['tracks']
  // Without tracks both are only the defaults.
  if (!Array.isArray(tracks) || tracks.length === 0) {
    if (canonicalJson(known['globalMotionUv'] ?? null) === '[0,0]') known['globalMotionUv'] = null
    if (known['motionConsistency'] === 0) known['motionConsistency'] = null
  }
  const rest = Object.keys(extra).length > 0 ? { extra } : {}
  const all = { ...known, ...rest }
  return Object.values(all).every((item) => item === null) ? null : all
}
