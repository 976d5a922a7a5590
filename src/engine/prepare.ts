/** Makes a sent session ready to be kept: completed, checked, in canonical form, with what it is found by. */
import type { z } from 'zod'
import { brief, fault } from '#core/faults.ts'
import type { Domain } from '#core/domain.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { issueWords } from '#core/schema-issue.ts'
import { type AnySession, completeSession } from '#core/session.ts'
import type { SessionRow } from '#core/store.ts'
import { domainByName } from '#domains/domains.ts'
import { sha256 } from './engine.ts'

/** A session may hold this much JSON; more belongs into blobs. */
export const maxSessionBytes = 16 * 1024 * 1024

/**
 * @param sent what the client sent, parsed
 * @param where for messages: "line 3"
 * @throws session.*, json.*
 */
export function prepareSession(sent: Json, where = 'the session'): SessionRow {
  if (!isJsonObject(sent)) throw fault('session.invalid', { expected: 'a JSON object', found: brief(sent), where })
  const complete = completeSession(sent)
  const domain = domainByName(complete['domain'])
  // Canonical first: it refuses what no schema should ever see (`__proto__`, NaN, absurd depth).
  const body = canonicalJson(complete, where)
  if (body.length > maxSessionBytes) {
    throw fault('request.large', { expected: `at most ${maxSessionBytes} characters`, found: `${body.length}`, where })
  }
  const session = checkSession(domain, complete, where)
  return {
    id: session.id,
    project: session.project,
    domain: domain.name,
    schemaVersion: session.schemaVersion,
    recordedAtMs: Date.parse(session.recordedAt),
    status: session.outcome.status,
    contributor: session.contributor,
    host: session.host.name,
    parent: session.parent,
    hash: sha256(body),
    body,
    media: [...new Set(session.media.map((media) => media.sha256))],
    ...deriveRow(domain, session),
  }
}

/** What a list finds and shows of a session: derived, so it can be made again at any time. */
export function deriveRow(
  domain: Domain,
  session: AnySession,
): Pick<SessionRow, 'summary' | 'facets' | 'searchText' | 'cover'> {
  const picture = session.media.find((media) => media.width !== null && media.role !== 'mask')
  return {
    summary: domain.summary(session),
    facets: domain.facets(session),
    searchText: domain.searchText(session),
    cover: picture?.sha256 ?? null,
  }
}

/**
 * Upgrades a session to the newest schema version and checks it.
 *
 * @throws session.version, session.invalid
 */
export function checkSession(domain: Domain, complete: JsonObject, where: string): AnySession {
  const upgraded = upgradeSession(domain, complete, where)
  const result = domain.schema.safeParse(upgraded)
  if (!result.success) throw invalid(result.error, upgraded, where)
  return upgraded as unknown as AnySession
}

/**
 * Checks what is known of a run that is not recorded yet: it may leave out what its session will have to say.
 *
 * @returns the context
 * @throws session.invalid, json.*
 */
export function checkContext(domain: Domain, context: JsonObject, where = 'the context'): JsonObject {
  canonicalJson(context, where)
  const { error } = domain.schema.safeParse({ context })
  const isThere = (path: readonly PropertyKey[]) =>
    path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null)?.[key], { context }) !==
    undefined
  const issue = error?.issues.find(({ path }) => path[0] === 'context' && isThere(path))
  if (issue === undefined) return context
  const { expected, found, path } = issueWords(issue, { context })
  throw fault('session.invalid', { expected, found, where: `${where}, field ${path}` })
}

/** @throws session.version when a newer program wrote it */
export function upgradeSession(domain: Domain, complete: JsonObject, where: string): JsonObject {
  const version = complete['schemaVersion']
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw fault('session.invalid', {
      expected: 'an integer from 1',
      found: brief(version),
      where: `${where}, schemaVersion`,
    })
  }
  if (version > domain.schemaVersion) {
    const expected = `${domain.name} schema version ${domain.schemaVersion} or older`
    throw fault('session.version', { expected, found: String(version), where })
  }
  let session = complete
  for (let v = version; v < domain.schemaVersion; v++) {
    const upgrade = domain.upgrades[v]
    if (!upgrade) throw new Error(`domain ${domain.name} has no upgrade from schema version ${v}`)
    session = { ...upgrade(session), schemaVersion: v + 1 }
  }
  return session
}

function invalid(error: z.ZodError, value: JsonObject, where: string) {
  const { expected, found, path } = issueWords(error.issues[0], value)
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : ''
  return fault('session.invalid', { expected, found: found + more, where: `${where}, field ${path || '(the whole)'}` })
}
