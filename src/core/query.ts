/** What people ask the session list for; the same value drives the API, the URL of the studio, saved queries and datasets. */
import type { DomainName, RunStatus } from './session.ts'

/** One condition on a facet: text equals, or a number or time in a range (ends included, null = open). */
export type FacetFilter =
  | { readonly key: string; readonly text: string }
  | {
      readonly key: string
      readonly min: number | null
      readonly max: number | null
    }

export interface SessionQuery {
  readonly project?: string
  readonly domain?: DomainName
  readonly status?: RunStatus
  readonly contributor?: string
  readonly host?: string
  /** UTC, inclusive. */
  readonly from?: string
  /** UTC, exclusive. */
  readonly to?: string
  /** Words that must all occur (prefixes count) in the session's searchable text. */
  readonly text?: string
  readonly facets?: readonly FacetFilter[]
  /** Only sessions that this import brought in. */
  readonly import?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page starts; null at the end. */
  readonly next: string | null
}

/** A generic fact about a session that it can be found by: a text, or a number. */
export type Facet = { readonly key: string; readonly text: string } | { readonly key: string; readonly number: number }
