/** Whether what a session is listed and found by says what its record says. */

/** Of the tables session (s) and place (p). */
export const envelopeColumns = `p.project, p.domain, s.schema_version as schemaVersion, s.at, s.status, s.contributor, s.host, s.parent, s.size`

export interface Envelope {
  readonly project: string
  readonly domain: string
  readonly schemaVersion: number
  /** Unix milliseconds. */
  readonly at: number
  readonly status: string | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  /** Bytes of the record. */
  readonly size: number
}

/** Records are checked when they come in; one that lacks a field here says nothing against its row. */
export interface RecordEnvelope {
  readonly project?: unknown
  readonly domain?: unknown
  readonly schemaVersion?: unknown
  readonly recordedAt?: unknown
  readonly outcome?: { readonly status?: unknown } | null
  readonly contributor?: unknown
  readonly host?: { readonly name?: unknown } | null
  readonly parent?: unknown
}

/** @returns the first column that differs, in words; null when all is well */
export function envelopeProblem(
  row: Envelope,
  record: RecordEnvelope,
  bytes: number,
): { readonly expected: string; readonly found: string } | null {
  const { recordedAt } = record
  const said: { readonly [Column in keyof Envelope]: unknown } = {
    project: record.project,
    domain: record.domain,
    schemaVersion: record.schemaVersion,
    at: typeof recordedAt === 'string' ? Date.parse(recordedAt) : undefined,
    status: record.outcome?.status,
    contributor: record.contributor,
    host: record.host?.name,
    parent: record.parent,
    size: bytes,
  }
  for (const column of Object.keys(said) as (keyof Envelope)[]) {
    if (said[column] === undefined || said[column] === row[column]) continue
    return {
      expected: `${column} ${JSON.stringify(said[column])}, as in its record`,
      found: JSON.stringify(row[column]),
    }
  }
  return null
}
