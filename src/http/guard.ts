/**
 * Who may come in. On loopback the caller is the owner of the machine, if the request is not one that a foreign web
 * page made; anywhere else a token says who it is.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import { localOwner, mayAct, nobody, type Principal, type Role } from '#core/principal.ts'
import { sha256 } from '#engine/engine.ts'
import type { ServerOptions } from './handler.ts'
import { inertPolicy } from './page-policy.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])
export const isLoopback = (host: string): boolean => loopbackNames.has(host)

const cookieName = 'hindsight_token'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
  }
}

/** Sets the headers that every answer carries, finds the principal, and refuses what comes from other sites. */
export function guardRequest(options: ServerOptions) {
  const local = isLoopback(options.host)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': inertPolicy,
    })
    checkSite(request, local)
    request.principal = local && options.token === null ? localOwner : tokenPrincipal(request, options.token)
    const given = (request.query as Record<string, unknown> | undefined)?.['token']
    if (request.method === 'GET' && typeof given === 'string' && matches(given, options.token)) {
      // Opening the page once with ?token=… lets the browser in from then on, without the token staying in the address.
      reply.header('set-cookie', `${cookieName}=${given}; HttpOnly; SameSite=Strict; Path=/`)
      return reply.redirect(request.url.split('?')[0] ?? '/')
    }
  }
}

/** A name that resolves to loopback but is not one of its own is a rebinding attack; a foreign Origin is a forged request. */
function checkSite(request: FastifyRequest, local: boolean): void {
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d+$/, '')
  if (local && !loopbackNames.has(name)) {
    throw fault('request.origin', { expected: 'a loopback name in the Host header', found: host || 'none' })
  }
  const { origin } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw fault('request.origin', { expected: `the origin http://${host}`, found: origin })
  }
  if (request.headers['sec-fetch-site'] === 'cross-site' && request.method !== 'GET') {
    throw fault('request.origin', { expected: 'a request from this site', found: 'one from another' })
  }
}

function tokenPrincipal(request: FastifyRequest, token: string | null): Principal | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const cookie = new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
  return matches(bearer, token) || matches(cookie, token) ? localOwner : null
}

/** Compares hashes, so that the time taken tells nothing about the token. */
function matches(given: string | undefined, token: string | null): boolean {
  if (given === undefined || token === null) return false
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)))
}

/** @throws request.token, request.role */
export function requireRole(principal: Principal | null, needed: Role | 'anyone' | 'signed-in'): Principal {
  if (needed === 'anyone') return principal ?? nobody
  if (!principal) throw fault('request.token', { expected: 'a token', found: 'none, or one that is not known' })
  if (needed !== 'signed-in' && !mayAct(principal.role, needed)) {
    throw fault('request.role', {
      expected: `the role ${needed}`,
      found: `${principal.name} with the role ${principal.role}`,
    })
  }
  return principal
}
