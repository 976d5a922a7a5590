/** Puts the route table on Fastify. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { fault } from '#core/faults.ts'
import type { Engine } from '#engine/engine.ts'
import { admitRate } from '#engine/rates.ts'
import { SlowDown } from '#engine/people/slow-down.ts'
import { type Route, type RouteKey, routes } from './contract.ts'
import { askedOf, confine, fillProject } from './confine.ts'
import { targetOf } from './audit.ts'
import { principalOf } from './guard.ts'
import type { Bytes, Call, Events, ServerOptions, Visit } from './handler.ts'
import { describeApi } from './openapi.ts'
import { pagePolicy } from './page-policy.ts'
import { addressOf, csrfOf, signInCookieName, isHttps } from './principals.ts'
import { handlers } from './resources/resources.ts'
import { problem } from './schemas.ts'

type AnyHandler = (request: object, call: Call) => unknown

export function registerRoutes(app: FastifyInstance, engine: Engine, options: ServerOptions): void {
  describeApi(app, engine.version)
  void app.register(async (scope) => {
    const door: Door = { engine, options, slowDown: new SlowDown() }
    for (const key of Object.keys(routes) as RouteKey[]) register(scope, key, door)
  })
}

/** What all routes of one server share. */
interface Door {
  readonly engine: Engine
  readonly options: ServerOptions
  readonly slowDown: SlowDown
}

function register(app: FastifyInstance, key: RouteKey, door: Door): void {
  const { engine, options } = door
  const route: Route = routes[key]
  const [method = '', path = ''] = key.split(' ')
  const handler = handlers[key] as AnyHandler
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const principal = principalOf(request)
    checkType(request, route)
    if (route.ingest || route.role === 'recorder') await admitRate(engine, principal)
    const call: Call = {
      engine,
      principal,
      signal: clientGone(request, reply),
      headers: request.headers,
      options,
      visit: visitOf(request, reply, door),
      openapi: () => ({ ...app.swagger() }),
      figures: () => app.watch.figures.figures(),
    }
    const body = route.body === 'stream' ? streamBody(request) : request.body
    const answer = await handler({ params: request.params, query: request.query, body }, call)
    request.trail.target ??= targetOf(route, answer)
    return send(reply, route, answer)
  }
  const add = (instance: FastifyInstance) =>
    instance.route({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      schema: schemaOf(key, route),
      handler: serve,
      preValidation: async (request) => {
        const asked = askedOf(request)
        // What is typed into the name of a sign-in may be a password: only the handler knows better.
        if (route.scope !== 'open') request.trail.target = targetOf(route, asked.params, asked.body)
        const { project } = principalOf(request)
        if (project === null) return
        fillProject(request, route, project)
        await confine(engine, route, asked, project)
      },
      config: { route, routeKey: key, ...(method === 'HEAD' ? { swagger: { exposeHeadRoute: true } } : {}) },
      // A stream is limited by whoever reads it.
      ...(route.body === 'stream' ? { bodyLimit: Number.MAX_SAFE_INTEGER } : {}),
    })
  if (route.body === 'stream' && !route.accepts?.includes('multipart/form-data')) {
    // In a scope of its own, where the body of any type comes through unread.
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      add(scope)
    })
  } else add(app)
}

function visitOf(request: FastifyRequest, reply: FastifyReply, { engine, options, slowDown }: Door): Visit {
  const { caller, trail } = request
  const name = signInCookieName(request, options)
  const secure = isHttps(request, options) ? '; Secure' : ''
  return {
    address: addressOf(request, options),
    slowDown,
    cookie: caller.cookie,
    signIn: caller.signIn,
    trail,
    csrfOf: (cookie) => csrfOf(engine, cookie),
    setSignIn(id, expiresAtMs) {
      const seconds = id === null ? 0 : Math.floor((expiresAtMs - Date.now()) / 1000)
      const cookie = `${name}=${id ?? ''}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}${secure}`
      void reply.header('set-cookie', cookie)
    },
  }
}

function schemaOf(key: RouteKey, route: Route): FastifySchema {
  const { params, query, body, reply } = route
  const jsonReply = typeof reply === 'object' && !route.verbatim
  return {
    summary: route.about,
    operationId: key.replaceAll(/[^A-Za-z0-9]+/g, '_').toLowerCase(),
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(typeof body === 'object' ? { body } : {}),
    ...(jsonReply ? { response: responsesOf(route, reply) } : {}),
    ...(route.role === 'anyone' ? {} : { security: [{ token: [] }] }),
  } as FastifySchema
}

function responsesOf({ status, unhealthy }: Route, reply: Route['reply']): Record<string, unknown> {
  return { [status ?? 200]: reply, ...(unhealthy === undefined ? {} : { [unhealthy]: reply }), default: problem }
}

function checkType(request: FastifyRequest, route: Route): void {
  if (!route.accepts) return
  const sent = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (route.accepts.includes(sent)) return
  throw fault('request.type', { expected: route.accepts.join(' or '), found: sent || 'no content type' })
}

/** Multipart bodies are read part by part from the request itself. */
function streamBody(request: FastifyRequest): unknown {
  if (request.isMultipart()) return request
  const body = request.body instanceof Readable ? request.body : Readable.from([])
  // A handler that gives up early must not tear the connection down: the client should get to read why.
  return body.iterator({ destroyOnReturn: false })
}

function clientGone(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  request.raw.once('aborted', () => gone.abort())
  return gone.signal
}

function send(reply: FastifyReply, route: Route, answer: unknown): unknown {
  if (route.reply === 'events') return sendEvents(reply, answer as Events)
  if (route.verbatim) return reply.type('application/json; charset=utf-8').send(answer as string)
  if (typeof route.reply === 'object') return reply.status(statusOf(route, answer)).send(answer)
  const { contentType, headers = {}, status = 200, body } = answer as Bytes
  const payload = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body) : Readable.from(body)
  if (route.reply === 'page') reply.header('content-security-policy', pagePolicy)
  return reply.status(status).headers(headers).type(contentType).send(payload)
}

function statusOf({ status, unhealthy }: Route, answer: unknown): number {
  return unhealthy !== undefined && (answer as { readonly ok?: boolean }).ok === false ? unhealthy : (status ?? 200)
}

async function sendEvents(reply: FastifyReply, { values }: Events): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const alive = setInterval(() => raw.write(': alive\n\n'), 15_000)
  reply.server.openStreams.add(raw)
  try {
    for await (const value of values) raw.write(`data: ${JSON.stringify(value)}\n\n`)
  } finally {
    clearInterval(alive)
    reply.server.openStreams.delete(raw)
    raw.end()
  }
}

function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
