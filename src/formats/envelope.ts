/** What every sample says about itself, beside its data: written into each format that has room, and read back. */
import type { Context } from '#core/context.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import { type DomainName, domainNames } from '#core/session.ts'

export type Envelope = Pick<
  Sample,
  'id' | 'domain' | 'project' | 'sessions' | 'contributors' | 'group' | 'recordedAt' | 'attributes'
>

export function envelopeOf(sample: Sample): Envelope {
  const { id, domain, project, sessions, contributors, group, recordedAt, attributes } = sample
  return { id, domain, project, sessions, contributors, group, recordedAt, attributes }
}

/** What is known of a sample that someone else wrote. */
export interface Foreign {
  /** What it is about, in words that are the same at every import. */
  readonly identity: string
  readonly domain: DomainName
  readonly project: string
  /** UTC; null when the file does not say. */
  readonly recordedAt: string | null
}

/** A sample must have a time, and the time of the import would make another sample of it at every import. */
export const undated = '1970-01-01T00:00:00.000Z'

/** The envelope as written, or, for what others wrote, one that is the same at every import. */
export function readEnvelope(written: Json | undefined, foreign: Foreign, ctx: Pick<Context, 'sha256'>): Envelope {
  const found: JsonObject = isJsonObject(written) ? written : {}
  const text = (key: string) => (typeof found[key] === 'string' ? found[key] : null)
  const texts = (key: string) => {
    const value = found[key]
    return Array.isArray(value) ? value.filter((item: unknown) => typeof item === 'string') : []
  }
  const id = text('id') ?? ctx.sha256(foreign.identity).slice(0, 32)
  const recordedAt = text('recordedAt') ?? foreign.recordedAt ?? undated
  return {
    id,
    domain: domainNames.find((name) => name === found['domain']) ?? foreign.domain,
    project: text('project') ?? foreign.project,
    sessions: texts('sessions'),
    contributors: texts('contributors'),
    group: text('group') ?? id,
    recordedAt,
    attributes: isJsonObject(found['attributes']) ? found['attributes'] : {},
  }
}

/** UTC from whatever a file calls a date; null when it is none. */
export function utcOf(value: Json | undefined): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value.replace(' ', 'T')}Z`
  const time = Date.parse(zoned.includes('T') ? zoned : value)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
