/** The session filter of the URL as a query. */
import type { z } from 'zod'
import type { SessionQuery } from '#core/query.ts'
import { parseFacet } from '#core/query-text.ts'
import type { sessionFilter } from './schemas.ts'

type Filter = z.output<typeof sessionFilter>

/** @throws query.invalid */
export function filterToQuery(filter: Filter): SessionQuery {
  const { project, domain, status, contributor, host, from, to, text, facet, import: importId } = filter
  const facets = (facet === undefined ? [] : [facet].flat()).map(parseFacet)
  return {
    ...(project === undefined ? {} : { project }),
    ...(domain === undefined ? {} : { domain }),
    ...(status === undefined ? {} : { status }),
    ...(contributor === undefined ? {} : { contributor }),
    ...(host === undefined ? {} : { host }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(text === undefined ? {} : { text }),
    ...(importId === undefined ? {} : { import: importId }),
    ...(facets.length === 0 ? {} : { facets }),
  }
}
