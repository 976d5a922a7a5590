import { recordLines, recordSession } from '#engine/record.ts'
import { sessionChain, sessionSamples, storedSession } from '#engine/read.ts'
import { paceOf } from '#engine/rates.ts'
import type { Json } from '#core/json.ts'
import { filterToQuery } from '../filter.ts'
import type { Handlers } from '../handler.ts'

type Keys =
  | 'POST /api/v1/sessions'
  | 'POST /api/v1/sessions/batch'
  | 'GET /api/v1/sessions'
  | 'GET /api/v1/sessions/count'
  | 'GET /api/v1/sessions/{id}'
  | 'GET /api/v1/sessions/{id}/edits'
  | 'GET /api/v1/sessions/{id}/samples'
  | 'GET /api/v1/sessions/{id}/chain'

export const sessionHandlers: Handlers<Keys> = {
  'POST /api/v1/sessions': ({ body }, { engine, principal }) => recordSession(engine, body as Json, principal.project),

  'POST /api/v1/sessions/batch': async ({ body }, { engine, principal, signal }) => {
    const { created, repeated, refused, problems } = await recordLines(
      engine,
      body,
      signal,
      principal.project,
      await paceOf(engine, principal),
    )
    return { created, repeated, refused, problems }
  },

  'GET /api/v1/sessions': async ({ query }, { engine }) => {
    const page = await engine.store.catalog.page(filterToQuery(query), query.limit, query.cursor ?? null)
    return { items: page.items, next: page.next }
  },

  'GET /api/v1/sessions/count': async ({ query }, { engine }) => {
    const count = await engine.store.catalog.count(filterToQuery(query), query.cap)
    const archived = await engine.store.archives.count(query.project ?? null, query.domain ?? null)
    return { count, capped: count >= query.cap, archived }
  },

  'GET /api/v1/sessions/{id}': async ({ params }, { engine }) => (await storedSession(engine, params.id)).body,

  'GET /api/v1/sessions/{id}/edits': async ({ params }, { engine }) => ({
    items: await engine.store.catalog.edits(params.id),
  }),

  'GET /api/v1/sessions/{id}/samples': async ({ params }, { engine }) => ({
    items: await sessionSamples(engine, params.id),
  }),

  'GET /api/v1/sessions/{id}/chain': async ({ params }, { engine, principal: { project } }) => {
    const items = await sessionChain(engine, params.id)
    // A parent is named by whoever records, and may be anybody's.
    return { items: project === null ? items : items.filter((session) => session.project === project) }
  },
}
