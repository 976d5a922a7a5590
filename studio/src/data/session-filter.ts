/** The session filter in its three forms: URL parameters (of the page and of the API alike), JSON, and words. */
import type { SessionQuery as CoreQuery } from '#core/query.ts'
import { formatFacet, parseFacet, queryWords } from '#core/query-text.ts'
import type { Params } from '../route/location.ts'
import type { DomainName, RunStatus, SessionQuery } from './types.ts'

export const domains: readonly DomainName[] = ['camera', 'images', 'gui']
export const statuses: readonly RunStatus[] = ['succeeded', 'partial', 'failed', 'cancelled']

export interface SessionFilter {
  readonly project: string
  readonly domain?: DomainName
  readonly status?: RunStatus
  readonly contributor?: string
  readonly host?: string
  readonly from?: string
  readonly to?: string
  readonly text?: string
  /** `key:value` or `key:min..max`. */
  readonly facet?: readonly string[]
  readonly import?: string
}

const textKeys = ['contributor', 'host', 'from', 'to', 'text', 'import'] as const
/** Every parameter that narrows the list. */
export const filterKeys = ['domain', 'status', 'facet', ...textKeys] as const

export function filterOf(search: URLSearchParams, project: string): SessionFilter {
  const domain = domains.find((name) => name === search.get('domain'))
  const status = statuses.find((name) => name === search.get('status'))
  const facet = search.getAll('facet')
  const texts = textKeys.flatMap((key) => {
    const value = search.get(key)
    return value === null || value === '' ? [] : [[key, value] as const]
  })
  return {
    project,
    ...(domain && { domain }),
    ...(status && { status }),
    ...(facet.length > 0 && { facet }),
    ...(Object.fromEntries(texts) as Partial<Record<(typeof textKeys)[number], string>>),
  }
}

/** As route query: the API's own type wants arrays that may be changed. */
export function routeQuery({ facet, ...rest }: SessionFilter) {
  return facet ? { ...rest, facet: [...facet] } : rest
}

export function isNarrowed(filter: SessionFilter): boolean {
  return filterKeys.some((key) => filter[key] !== undefined)
}

/** The value that is saved under a name, and that datasets and exports select by. */
export function toQuery({ facet, ...rest }: SessionFilter): SessionQuery {
  return facet ? { ...rest, facets: facet.map(parseFacet) } : rest
}

/** A saved query as parameters of the session list's address. */
export function toParams({ facets = [], ...rest }: SessionQuery): Params {
  const { project: _, ...texts } = rest
  return facets.length > 0 ? { ...texts, facet: facets.map(formatFacet) } : texts
}

/** "images sessions, failed, app Shop"; the project is known from where it is said. */
export function inWords(query: SessionQuery): string {
  const { project: _, ...rest } = query
  const words = queryWords(rest as CoreQuery)
  return words === 'sessions' ? 'all sessions' : words
}
