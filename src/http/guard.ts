/**
 * Who may come in, and for what: before a byte of a body is read. A principal that is bound to a project is kept to it later, when
 * it is known what the request is about (confine.ts).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import { mayAct, nobody, type Principal } from '#core/principal.ts'
import type { Engine } from '#engine/engine.ts'
import { allowIngestOrigin, answerPreflight, isPreflight } from './cors.ts'
import type { ServerOptions } from './handler.ts'
import { inertHeaders } from './page-policy.ts'
import { type Caller, csrfOf, findCaller, isHttps, isLocalOnly, isLoopback, isSame, tokenCookie } from './principals.ts'
import type { Route } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The row of the route table; what is not of the table has none. */
    route?: Route
    /** Its key. */
    routeKey?: string
  }
}

/** Sets the headers that every answer carries, finds the principal, and refuses what it may not do and what others forged. */
export function guardRequest(engine: Engine, options: ServerOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    reply.headers(inertHeaders)
    request.caller = { principal: null, cookie: null, signIn: null, key: null }
    checkHost(request, options)
    if (isPreflight(request)) return await answerPreflight(engine, request, reply)
    const { route } = request.routeOptions.config
    const caller = await findCaller(engine, options, request)
    request.caller = caller
    if (caller.key?.kind === 'ingest' && route?.ingest) allowIngestOrigin(caller.key, request, reply)
    else checkSite(request)
    checkForged(engine, caller, request)
    const entered = enterByToken(request, reply, options)
    if (entered) return entered
    if (route) requireAccess(caller.principal, route, options)
    return undefined
  }
}

/** A name that resolves to loopback but is not one of its own is a rebinding attack. */
function checkHost({ headers, raw }: FastifyRequest, options: ServerOptions): void {
  // A proxy may have gone by the one of them that Node does not show.
  if (raw.rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'host').length > 1)
    throw fault('request.invalid', { expected: 'one Host header', found: 'more', where: 'host' })
  const host = headers.host ?? ''
  if (isLocalOnly(options) && !isLoopback(host.replace(/:\d+$/, '')))
    throw fault('request.origin', { expected: 'a loopback name in the Host header', found: host || 'none' })
}

/** A foreign Origin is a forged request. */
function checkSite({ headers, method }: FastifyRequest): void {
  const { host = '', origin } = headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw fault('request.origin', { expected: `the origin http://${host}`, found: origin })
  if (headers['sec-fetch-site'] === 'cross-site' && !isReading(method))
    throw fault('request.origin', { expected: 'a request from this site', found: 'one from another' })
}

/** A browser adds a cookie whoever made the request; only our own pages can add what was read from us. @throws request.csrf */
function checkForged(engine: Engine, { cookie }: Caller, { headers, method }: FastifyRequest): void {
  if (cookie === null || isReading(method)) return
  const given = headers['x-hindsight-csrf']
  if (typeof given === 'string' && isSame(given, csrfOf(engine, cookie))) return
  throw fault('request.csrf', {
    expected: 'the header X-Hindsight-CSRF with the "csrf" of GET /api/v1/me',
    found: given === undefined ? 'none' : 'another',
  })
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** Opening the page once with ?token=… lets the browser in from then on, without the token staying in the address. */
function enterByToken(request: FastifyRequest, reply: FastifyReply, options: ServerOptions): FastifyReply | null {
  const given = (request.query as Record<string, unknown> | undefined)?.['token']
  if (request.method !== 'GET' || typeof given !== 'string' || !isSame(given, options.token)) return null
  const secure = isHttps(request, options) ? '; Secure' : ''
  void reply.header('set-cookie', `${tokenCookie}=${given}; HttpOnly; SameSite=Strict; Path=/${secure}`)
  return reply.redirect(request.url.split('?')[0] ?? '/')
}

/** @throws request.token, request.role, request.project */
export function requireAccess(principal: Principal | null, route: Route, options: ServerOptions): void {
  const { role: needed, scope, ingest = false } = route
  if (needed === 'anyone') return
  if (!principal) throw fault('request.token', { expected: 'somebody who is signed in, or a token', found: 'neither' })
  const { name, role, project, via } = principal
  if (via === 'ingest-key' && !ingest)
    throw fault('request.role', {
      expected: 'somebody who may read',
      found: `the ingest key ${name}, which only writes`,
    })
  const may = needed === 'signed-in' || mayAct(role, needed) || (ingest && role === 'recorder')
  if (!may) throw fault('request.role', { expected: `the role ${needed}`, found: `${name} with the role ${role}` })
  if (project === null) return
  if (scope === 'store')
    throw fault('request.project', { expected: 'a principal of all projects', found: `one of ${project}` })
  if (scope === 'legacy' && project !== options.legacyProject)
    throw fault('request.project', { expected: `its own project, ${project}`, found: 'the project of the old doors' })
}

/** Who a handler is told is asking. */
export const principalOf = ({ caller }: FastifyRequest): Principal => caller.principal ?? nobody
