import { quotaReport, readLimits, setProjectQuota, setRate } from '#engine/quotas.ts'
import type { Handlers } from '../handler.ts'

export const quotaHandlers: Handlers<
  'GET /api/v1/quotas' | 'PUT /api/v1/quotas/{project}' | 'PUT /api/v1/rates/{principal}'
> = {
  'GET /api/v1/quotas': async (_, { engine }) => ({
    items: await quotaReport(engine),
    rates: (await readLimits(engine)).rates,
  }),

  'PUT /api/v1/quotas/{project}': async ({ params: { project }, body }, { engine }) => {
    await setProjectQuota(engine, project, body)
    const { sessions: usedSessions, blobBytes: usedBytes } = await engine.store.usage(project)
    return { project, ...body, usedBytes, usedSessions }
  },

  'PUT /api/v1/rates/{principal}': async ({ params, body }, { engine }) => {
    await setRate(engine, params.principal, body.perMinute)
    return { rates: (await readLimits(engine)).rates }
  },
}
