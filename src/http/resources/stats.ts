import { careState } from '#engine/care/care-state.ts'
import { makeContext } from '#engine/engine.ts'
import { overview, projectOverview, statTable, statTables } from '#engine/stats.ts'
import { filterToQuery } from '../filter.ts'
import type { Handlers } from '../handler.ts'
import { summaryOf } from './care.ts'

type Keys =
  | 'GET /api/v1/facets'
  | 'GET /api/v1/projects'
  | 'GET /api/v1/stats'
  | 'GET /api/v1/stats/tables'
  | 'GET /api/v1/stats/tables/{name}'

export const statHandlers: Handlers<Keys> = {
  'GET /api/v1/facets': async ({ query }, { engine }) => ({
    items: await engine.store.catalog.facetSummary(query.project, query.domain ?? null),
  }),
  'GET /api/v1/projects': async (_, { engine, principal: { project } }) => {
    const items = await engine.store.catalog.projects()
    return { items: project === null ? items : items.filter((one) => one === project) }
  },
  'GET /api/v1/stats': async ({ query }, { engine, principal }) => {
    if (principal.project !== null) return { ...(await projectOverview(engine, principal.project)), care: [] }
    const all = await overview(engine, query.project ?? null)
    return { ...all, care: (await careState(engine, Date.now())).map(summaryOf) }
  },
  'GET /api/v1/stats/tables': () => ({ items: statTables }),
  'GET /api/v1/stats/tables/{name}': ({ params, query }, { engine, signal }) =>
    statTable(engine, params.name, filterToQuery(query), makeContext({ signal })),
}
