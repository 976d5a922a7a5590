/** One AutoSolve behavior record to one edit, tied to the session that it followed when that can be told. */
import type { Edit } from '#core/edit.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Imported } from '#core/layout.ts'
import { behaviorRecord } from './behavior-fields.ts'
import { type EndedSessions, sessionBefore } from './ended.ts'
import { asObject, contributorOf, idOf, notesFor, type Reading, readTime, textOf } from './reading.ts'

export function readBehavior(value: Json, where: string, reading: Reading, ended: EndedSessions): Imported {
  const raw = asObject(value, 'an AutoSolve behavior record', where)
  const { schema_version: _, timestamp, contributor_id: __, followed_session_id: followed, ...fields } = raw
  const time = readTime(timestamp, where, reading)
  const named = contributorOf(raw) ?? reading.contributor
  const contributor = named === null ? null : reading.intake.pseudonym(named)
  const session = sessionBefore(raw, followed, contributor, ended)
  const after = splitExtra(behaviorRecord.read(fields, '', notesFor(where, reading)))
  const clip = textOf(raw['clip_fingerprint'])
  const fallback = contributorOf(raw) === null ? (reading.contributor ?? '') : ''
  const edit: Edit = {
    // The session is part of the identity: read alone, and later with its session, a record is not in conflict with itself.
    id: idOf('behavior', reading, canonicalJson(raw, where), fallback, session ?? ''),
    session,
    project: reading.intake.project,
    at: time.iso,
    principal: contributor ?? 'autosolve',
    kind: 'camera.behavior',
    before: null,
    after: {
      ...after,
      clip: clip === null ? null : reading.intake.pseudonym(`autosolve clip ${clip}`),
      clock: time.clock,
    },
    reason: null,
  }
  return { type: 'edit', edit, where }
}

const knownKeys = new Set([
  'recordId',
  'previousRecord',
  'clip',
  'attempt',
  'editingS',
  'settings',
  'resolve',
  'additions',
  'deletions',
  'disabled',
  'refinements',
  'netTrackChange',
  'regionAdditions',
])

function splitExtra(value: Json): JsonObject {
  const all = isJsonObject(value) ? Object.entries(value) : []
  const extra = Object.fromEntries(all.filter(([key]) => !knownKeys.has(key)))
  const known = Object.fromEntries(all.filter(([key]) => knownKeys.has(key)))
  return Object.keys(extra).length > 0 ? { ...known, extra } : known
}
