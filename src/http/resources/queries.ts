import type { SessionQuery } from '#core/query.ts'
import { utcNow } from '#engine/engine.ts'
import type { Handlers } from '../handler.ts'

type Keys = 'GET /api/v1/queries' | 'PUT /api/v1/queries/{name}' | 'DELETE /api/v1/queries/{name}'

export const queryHandlers: Handlers<Keys> = {
  'GET /api/v1/queries': async ({ query }, { engine }) => ({
    items: await engine.store.catalog.queries(query.project),
  }),

  'PUT /api/v1/queries/{name}': async ({ params, query, body }, { engine }) => {
    const saved = { name: params.name, project: query.project, query: body.query as SessionQuery, createdAt: utcNow() }
    await engine.store.catalog.putQuery(saved)
    return saved
  },

  'DELETE /api/v1/queries/{name}': async ({ params, query }, { engine }) => ({
    deleted: await engine.store.catalog.deleteQuery(query.project, params.name),
  }),
}
