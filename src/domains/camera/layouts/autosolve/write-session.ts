/** One session to one AutoSolve record, with every key that the real ones have and nothing that tells whose it is. */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import type { AnySession } from '#core/session.ts'
import { coarseSource, knownCodec, renamed, toHour, trackNames, type Veil, knownWord } from './anonymous.ts'
import { behaviorRecord } from './behavior-fields.ts'
import type { LossCounter } from './losses.ts'
import { withoutSentences } from './judgement-fields.ts'
import { sessionRecord } from './session-fields.ts'

export interface Written {
  readonly session: JsonObject
  readonly behaviors: readonly { readonly name: string; readonly record: JsonObject }[]
  /** Digits that tell the session's file from others. */
  readonly name: string
}

const preset = knownWord(['fast', 'balanced', 'quality'])
const method = knownWord(['anchor_weighted', 'linear', 'retracked', 'interpolated'])
const setting = knownWord(['patternsize', 'searchsize', 'correlation', 'threshold'])

const noPlace = 'the layout has no place for it'
const privacy = 'could tell whose footage it is'

export function writeSession(
  { session, edits }: SessionWithEdits,
  extras: LayoutExtras,
  veil: Veil,
  losses: LossCounter,
): Written {
  const name = veil.hex('session', session.id, 8)
  const rename = trackNames()
  const record = writeRecord(session, rename, veil, losses)
  const shared = session.contributor !== null && extras.mayShare(session)
  const contributor = shared && session.contributor !== null ? veil.hex('contributor', session.contributor, 8) : ''
  if (session.contributor !== null && !shared)
    losses.dropped('contributor', 'the contributor did not agree to be recognisable')
  const fingerprint = clipOf(session)
  const clip = fingerprint === null ? '' : veil.hex('clip', fingerprint, 16)
  const visual = record['visual_features']
  return {
    name,
    session: {
      timestamp: toHour(session.recordedAt),
      clip_name: name,
      ...record,
      visual_features:
        isJsonObject(visual) && Object.keys(visual).length > 0 ? { clip_fingerprint: clip, ...visual } : {},
      clip_fingerprint: clip,
      contributor_id: contributor,
      schema_version: 1,
      session_id: veil.session(session.id),
      ...(session.parent === null ? {} : { parent_session_id: veil.session(session.parent) }),
      ...chainOf(session, veil),
      ...runOf(session, veil),
    },
    behaviors: edits.flatMap((edit) => {
      if (edit.kind !== 'camera.behavior' || !isJsonObject(edit.after)) {
        losses.dropped(`edits.${edit.kind}`, noPlace)
        return []
      }
      const { clock: _, ...after } = edit.after
      const id = typeof after['recordId'] === 'string' ? after['recordId'] : edit.id
      const recordName = veil.record(id, edit.at)
      const written = writeBehavior({ ...after, recordId: recordName }, edit.at, rename, veil, losses)
      return [
        {
          name: recordName,
          record: {
            schema_version: 1,
            timestamp: toHour(edit.at),
            ...written,
            clip_fingerprint: clip,
            contributor_id: contributor,
            followed_session_id: veil.session(session.id),
          },
        },
      ]
    }),
  }
}

function writeRecord(
  session: AnySession,
  rename: (name: Json | undefined) => Json,
  veil: Veil,
  losses: LossCounter,
): Record<string, Json> {
  const { widthPx, heightPx, clip, chain: _, run: __, clock: ___, ...context } = session.context
  const { status, error: _error, durationMs, ...outcome } = session.outcome
  const { telemetry } = session
  reportEnvelope(session, losses)
  const ours: JsonObject = {
    context,
    settings: cleanSettings(session.settings.values, losses),
    outcome: { ...outcome, durationMs },
    telemetry: telemetry === null ? null : cleanTelemetry(telemetry, session.recordedAt, rename, veil, losses),
  }
  const notes = { odd: () => undefined, lost: (path: string) => losses.dropped(path, noPlace) }
  const written = sessionRecord.write(ours, '', notes)
  const record: Record<string, Json> = isJsonObject(written) ? { ...written } : {}
  for (const key of alwaysLists) record[key] ??= []
  for (const key of alwaysObjects) record[key] ??= {}
  if (status === null) losses.approximated('outcome.status', 'written as no success: the layout knows only yes and no')
  return {
    ...record,
    resolution: [widthPx ?? 0, heightPx ?? 0],
    success: status === 'succeeded',
    // With this, a partial or cancelled run is not read back as a failed one; `success` alone says only yes or no.
    ...(status === null || status === 'succeeded' || status === 'failed' ? {} : { status }),
    source_metadata: coarseSource(isJsonObject(clip) ? clip : {}),
  }
}

const alwaysLists = ['tracks', 'adaptation_history', 'track_failures', 'anchor_tracks', 'healing_attempts'] as const
const alwaysObjects = ['region_stats'] as const

function reportEnvelope(session: AnySession, losses: LossCounter): void {
  losses.approximated('recordedAt', 'rounded down to the hour')
  losses.dropped('media', noPlace, session.media.length)
  losses.dropped('host', noPlace)
  for (const key of ['reason', 'propensity', 'policy'] as const) {
    if (session.settings[key] !== null) losses.dropped(`settings.${key}`, noPlace)
  }
  if (session.consent !== null) losses.dropped('consent', noPlace)
  if (session.outcome.error !== null) losses.dropped('outcome.error', privacy)
  const clip = session.context['clip']
  if (isJsonObject(clip) && typeof clip['sizeBytes'] === 'number') {
    losses.approximated('context.clip.sizeBytes', 'rounded to one digit')
  }
  if (isJsonObject(clip) && (clip['codec'] ?? null) !== knownCodec(clip['codec'])) {
    losses.dropped('context.clip.codec', privacy)
  }
  if (clipOf(session) !== null)
    losses.approximated(
      'context.clip.fingerprint',
      'replaced by one keyed for exports, which cannot be joined to the store',
    )
}

function cleanSettings(values: JsonObject, losses: LossCounter): JsonObject {
  const known = preset(values['preset'])
  if (known !== (values['preset'] ?? null)) losses.dropped('settings.values.preset', privacy)
  return { ...values, preset: known }
}

function cleanTelemetry(
  telemetry: JsonObject,
  at: string,
  rename: (name: Json | undefined) => Json,
  veil: Veil,
  losses: LossCounter,
): JsonObject {
  const previous = telemetry['previousRecord']
  const preSolve = telemetry['preSolve']
  const count = (key: string) => (Array.isArray(telemetry[key]) ? telemetry[key].length : 0)
  losses.approximated('telemetry.tracks.name', 'numbered anew per session', count('tracks') + count('deletedTracks'))
  const warnings = isJsonObject(preSolve) && Array.isArray(preSolve['warnings']) ? preSolve['warnings'].length : 0
  losses.dropped('telemetry.preSolve.warnings', 'free text', warnings)
  losses.dropped(
    'telemetry.adaptations.changes',
    'free text; the settings before and after say the same',
    count('adaptations'),
  )
  const diagnoses = withoutSentences(telemetry['diagnoses'], 'sentence')
  losses.dropped('telemetry.diagnoses.sentence', 'free text; the evidence says the same', diagnoses.said)
  const heals = withoutSentences(telemetry['healingAttempts'], 'why')
  losses.dropped('telemetry.healingAttempts.why', 'free text', heals.said)
  if ((telemetry['retryWhy'] ?? null) !== null) losses.dropped('telemetry.retryWhy', 'free text')
  const forecast = telemetry['forecast']
  const tries = cleanEach(heals.value, 'method', method)
  // Tracks before the heirs that they name: numbers are given in order of appearance.
  const tracks = renamed(telemetry['tracks'], 'name', rename)
  const deletedTracks = renamed(telemetry['deletedTracks'], 'name', rename)
  return {
    ...telemetry,
    tracks,
    deletedTracks: cleanInside(deletedTracks, 'deletion', 'into', rename),
    diagnoses: diagnoses.value,
    retryWhy: null,
    forecast: isJsonObject(forecast) ? { ...forecast, warnings: null } : null,
    anchors: renamed(telemetry['anchors'], 'name', rename),
    preSolve: isJsonObject(preSolve) ? { ...preSolve, warnings: [] } : null,
    adaptations: cleanEach(telemetry['adaptations'], 'changes', () => []),
    healingAttempts: renamed(renamed(tries, 'earlier', rename), 'later', rename),
    previousRecord: typeof previous === 'string' ? veil.record(previous, at) : null,
  }
}

/** The same one level deeper. */
function cleanInside(value: Json, key: string, inner: string, clean: (item: Json | undefined) => Json): Json {
  if (!Array.isArray(value)) return value
  return value.map((item: Json) => {
    const part = isJsonObject(item) ? item[key] : null
    return isJsonObject(item) && isJsonObject(part) && inner in part
      ? { ...item, [key]: { ...part, [inner]: clean(part[inner]) } }
      : item
  })
}

/** Free text inside the records of a list goes; what it said of settings stands beside it in numbers. */
function cleanEach(value: Json | undefined, key: string, clean: (item: Json | undefined) => Json): Json {
  if (!Array.isArray(value)) return value ?? null
  return value.map((item: Json) => (isJsonObject(item) ? { ...item, [key]: clean(item[key]) } : item))
}

function writeBehavior(
  after: JsonObject,
  at: string,
  rename: (name: Json | undefined) => Json,
  veil: Veil,
  losses: LossCounter,
): JsonObject {
  const previous = after['previousRecord']
  const named = ['additions', 'deletions', 'disabled', 'refinements'] as const
  const renamedLists = Object.fromEntries(named.map((key) => [key, renamed(after[key], 'track', rename)]))
  const ours: JsonObject = {
    ...after,
    ...renamedLists,
    settings: knownSettings(after['settings']),
    previousRecord: typeof previous === 'string' ? veil.record(previous, at) : null,
    clip: null,
  }
  const notes = {
    odd: () => undefined,
    lost: (path: string) => losses.dropped(`edits.camera.behavior.${path}`, noPlace),
  }
  const written = behaviorRecord.write(ours, '', notes)
  return isJsonObject(written) ? written : {}
}

const knownSettings = (value: Json | undefined): Json =>
  isJsonObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => setting(key) !== null)) : null

function clipOf(session: AnySession): string | null {
  const clip = session.context['clip']
  const fingerprint = isJsonObject(clip) ? clip['fingerprint'] : null
  return typeof fingerprint === 'string' ? fingerprint : null
}

function chainOf(session: AnySession, veil: Veil): JsonObject {
  const { chain } = session.context
  return typeof chain === 'string' ? { chain_session_id: veil.session(chain) } : {}
}

function runOf(session: AnySession, veil: Veil): JsonObject {
  const { run } = session.context
  return typeof run === 'string' ? { run_session_id: veil.session(run) } : {}
}
