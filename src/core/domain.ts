/** What a domain gives to the engine: the schema of its sessions, and how they are found, counted and turned into samples. */
import type { z } from 'zod'
import type { Edit } from './edit.ts'
import type { FieldWords } from './fields.ts'
import type { JsonObject } from './json.ts'
import type { Layout } from './layout.ts'
import type { Lessons } from './learnable.ts'
import type { Facet } from './query.ts'
import type { Sample, SampleType } from './sample.ts'
import type { AnySession, DomainName } from './session.ts'

export interface Domain {
  readonly name: DomainName
  readonly about: string
  /** The newest schema version; older ones are upgraded when read, the stored record stays as it came. */
  readonly schemaVersion: number
  /** Checks a completed session of the newest version. Unknown keys pass. */
  readonly schema: z.ZodType
  /** What people are told of each field of the inner parts, by its path. */
  readonly fields: FieldWords
  /** The fields that a sample of a kind carries, or something made of them; all others leave in whole sessions alone. */
  readonly leaves: { readonly [T in SampleType]?: readonly string[] }
  /** `upgrades[n]` turns the inner parts of version n into version n + 1; the list is append-only. */
  readonly upgrades: Readonly<Record<number, (session: JsonObject) => JsonObject>>
  /** Schema of the `after` of each edit kind that is this domain's own. */
  readonly editKinds: Readonly<Record<string, z.ZodType>>
  /** Generic facts by which sessions are found; at most 20. Never anything personal. */
  facets(session: AnySession): readonly Facet[]
  /** Words by which a session is found; null for none. Never anything personal. */
  searchText(session: AnySession): string | null
  /** One line for lists: what this session was ("HD 24 fps, 45 tracks, 0.42 px"). */
  summary(session: AnySession): string
  /** The training examples in a session, with what people said of it since. */
  samples(session: AnySession, edits: readonly Edit[]): readonly Sample[]
  /** Joins two samples of one id that come from different sessions; order must not matter. */
  mergeSamples(a: Sample, b: Sample): Sample
  /** Tables of `stats --by NAME`. */
  readonly tables: Readonly<Record<string, StatTable>>
  /** The layouts of source systems that this domain reads and writes. */
  readonly layouts: readonly Layout[]
  /** What is learned from its sessions. */
  readonly lessons: readonly Lessons[]
}

/** A table of figures gathered over many sessions in one pass. */
export interface StatTable {
  readonly about: string
  readonly columns: readonly {
    readonly name: string
    readonly unit: string | null
  }[]
  start(): StatGatherer
}

export interface StatGatherer {
  add(session: AnySession): void
  /** One row per group: its name, then the columns; unknown is null. */
  rows(): readonly {
    readonly group: string
    readonly values: readonly (number | null)[]
  }[]
}
