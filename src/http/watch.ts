/** What every request leaves behind: an id, a line in the log, and a count. Of its address only the route is told. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Figure, gauge, Histogram } from '#core/figures.ts'
import type { Log } from '#engine/log.ts'

export const requestIdHeader = 'x-request-id'

/** Ids of this start of the server, so that two starts do not share any. */
const start = randomBytes(5).toString('hex')
let count = 0

/** The id that a proxy gave, if it is one that can be trusted in a log and a header; else a new one. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers[requestIdHeader]
  if (typeof given === 'string' && /^[\w.-]{8,64}$/.test(given)) return given
  return `${start}-${(++count).toString(36)}`
}

/** Seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Counts of requests by route and status: as many as the route table has routes, times the statuses that each answers with. */
export class RequestFigures {
  readonly #durations = new Map<string, Histogram>()
  readonly #counts = new Map<string, { readonly route: string; readonly status: string; requests: number }>()
  #underWay = 0

  begin(): void {
    this.#underWay++
  }

  end(route: string, status: number, seconds: number): void {
    this.#underWay--
    let durations = this.#durations.get(route)
    if (!durations) this.#durations.set(route, (durations = new Histogram(bounds)))
    durations.observe(seconds)
    const key = `${status} ${route}`
    const counted = this.#counts.get(key)
    if (counted) counted.requests++
    else this.#counts.set(key, { route, status: String(status), requests: 1 })
  }

  figures(): readonly Figure[] {
    const counts = [...this.#counts.values()]
    return [
      {
        name: 'http_requests_total',
        help: 'Requests by route and status.',
        type: 'counter',
        samples: counts.map(({ route, status, requests }) => ({
          suffix: '',
          labels: { route, status },
          value: requests,
        })),
      },
      {
        name: 'http_request_seconds',
        help: 'From the first byte of the head to the last of the answer.',
        type: 'histogram',
        samples: [...this.#durations].flatMap(([route, durations]) => durations.samples({ route })),
      },
      gauge('http_requests_under_way', 'Requests that are not answered yet.', this.#underWay),
    ]
  }
}

/** "POST /api/v1/sessions", or "none" for an address that no route has: anybody can make up any number of those. */
function routeOf({ method, routeOptions }: FastifyRequest): string {
  const { url } = routeOptions
  return url === undefined || url === '/*' ? 'none' : `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`
}

/** What the server's own log and counts are kept in. */
export interface Watch {
  readonly log: Log
  readonly figures: RequestFigures
}

declare module 'fastify' {
  interface FastifyInstance {
    watch: Watch
  }
}

/** Hooks for all routes; the first of them, so that what a guard refuses is seen too. */
export function watchRequests(app: FastifyInstance, log: Log): void {
  const figures = new RequestFigures()
  app.decorate('watch', { log, figures })
  app.addHook('onRequest', (request, reply, done) => {
    figures.begin()
    reply.header(requestIdHeader, request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request)
    const { statusCode: status, elapsedTime } = reply
    figures.end(route, status, elapsedTime / 1000)
    if (log.kind === 'json') {
      const level = status >= 500 ? 'error' : 'info'
      log.event(level, 'request', { id: request.id, route, status, durationMs: Math.round(elapsedTime * 10) / 10 })
    }
    done()
  })
}
