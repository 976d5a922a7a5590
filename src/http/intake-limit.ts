/**
 * How much may be on its way into memory at once. Bodies that are read as a whole are counted while they come and are worked on;
 * what is over the bound is refused before it is read, so that a rush costs its senders time and the engine nothing.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import { maxSessionBytes } from '#engine/prepare.ts'

export interface IntakeLimit {
  readonly bytes: number
  readonly requests: number
}

/** A body takes several times its length once it is parsed, checked and made ready. */
export const usualIntake: IntakeLimit = { bytes: 128 * 2 ** 20, requests: 2000 }

/** Seconds: spread out, so that all who were refused do not come back at the same moment. */
const retryAfter = { least: 1, most: 5 }

export function limitIntake(app: FastifyInstance, limit: IntakeLimit): void {
  const under = { bytes: 0, requests: 0 }
  app.addHook('onRequest', async (request, reply) => {
    const bytes = bodyBytes(request)
    if (bytes === 0) return
    if (under.requests > 0 && (under.bytes + bytes > limit.bytes || under.requests >= limit.requests)) {
      const spread = retryAfter.most - retryAfter.least + 1
      throw fault('store.overloaded', {
        expected: `at most ${limit.requests} requests with ${limit.bytes} bytes at once`,
        found: `${under.requests} with ${under.bytes}, and one more with ${bytes}`,
        retryAfterS: retryAfter.least + (under.requests % spread),
      })
    }
    under.bytes += bytes
    under.requests++
    let counted = true
    const leave = () => {
      if (!counted) return
      counted = false
      under.bytes -= bytes
      under.requests--
    }
    // Whichever comes: an answer, or the end of the line.
    reply.raw.once('close', leave)
    reply.raw.once('finish', leave)
  })
}

/** What is read whole of this request; 0 for streams, which are read as fast as they are written. */
function bodyBytes({ headers, routeOptions, method }: FastifyRequest): number {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return 0
  if (routeOptions.bodyLimit === Number.MAX_SAFE_INTEGER) return 0
  const length = headers['content-length']
  if (length !== undefined) return Math.min(Number(length) || 0, maxSessionBytes)
  return headers['transfer-encoding'] === undefined ? 0 : maxSessionBytes
}
