/** Ending gently: what was begun is answered, nothing new is taken, and what never ends by itself is cut. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** A request that takes longer, such as a large upload, is cut; it goes on where it was when it is sent again. */
export const graceMs = 10_000

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers that go on until their subject ends: server-sent events. */
    openStreams: Set<ServerResponse>
  }
}

/** Before any route is registered. */
export function prepareDrain(app: FastifyInstance): void {
  const streams = new Set<ServerResponse>()
  let closing = false
  app.decorate('openStreams', streams)
  app.addHook('preClose', (done) => {
    closing = true
    // Their clients connect again, to whoever answers then.
    for (const stream of streams) stream.destroy()
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection that is kept for more would keep the server from ending.
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** Stops listening, waits for what is under way, and ends. */
export async function closeGently(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
}
