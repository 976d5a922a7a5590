/** Finds out who asks: by a token or key in the header, by a cookie, or by being on this machine. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { AccessKey } from '#core/people-store.ts'
import { localOwner, type Principal } from '#core/principal.ts'
import { type Engine, sha256 } from '#engine/engine.ts'
import { keyInForce, looksLikeKey } from '#engine/people/keys.ts'
import { type OpenSignIn, openSignIn } from '#engine/people/sign-in.ts'
import type { ServerOptions } from './handler.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])
export const isLoopback = (host: string): boolean => loopbackNames.has(host)

/** Whether only programs and people of this machine can reach it: a proxy brings in anybody. */
export const isLocalOnly = ({ host, behindProxy = false }: ServerOptions): boolean => isLoopback(host) && !behindProxy

/** Holds the token of the server itself, put there by opening the page once with `?token=`. */
export const tokenCookie = 'hindsight_token'
const signInCookie = 'hindsight_session'
/** A browser takes a cookie of this name over HTTPS only, and from this very host only. */
const safePrefix = '__Host-'

export const signInCookieName = (request: FastifyRequest, options: ServerOptions): string =>
  isHttps(request, options) ? safePrefix + signInCookie : signInCookie

/** As the proxy says, where one was announced: anybody can write that header. */
export function isHttps(request: FastifyRequest, { behindProxy = false }: ServerOptions): boolean {
  return behindProxy && lastOf(request.headers['x-forwarded-proto']) === 'https'
}

/** The caller's address; behind a proxy the one that the proxy has seen, which is the last of the list. */
export function addressOf(request: FastifyRequest, { behindProxy = false }: ServerOptions): string {
  const told = behindProxy ? lastOf(request.headers['x-forwarded-for']) : undefined
  return told ?? request.socket.remoteAddress ?? 'unknown'
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const last = [header].flat().at(-1)?.split(',').at(-1)?.trim()
  return last === '' ? undefined : last
}

/** Who asks, and by what. */
export interface Caller {
  readonly principal: Principal | null
  /** Where a cookie let in: what the proof against forged requests is made of. */
  readonly cookie: string | null
  readonly signIn: OpenSignIn | null
  readonly key: AccessKey | null
}

const stranger: Caller = { principal: null, cookie: null, signIn: null, key: null }

export async function findCaller(engine: Engine, options: ServerOptions, request: FastifyRequest): Promise<Caller> {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const isOpen = isLocalOnly(options) && options.token === null && !(await engine.store.people.hasAccounts())
  if (bearer !== undefined) {
    if (isSame(bearer, options.token)) return { ...stranger, principal: { ...localOwner, via: 'token' } }
    const key = await keyInForce(engine, bearer, Date.now())
    if (key) return { ...stranger, principal: principalOf(key), key }
    // Where nobody has to say who it is, a word that was never a key of ours does no harm.
    return isOpen && !looksLikeKey(bearer) ? { ...stranger, principal: localOwner } : stranger
  }
  if (isOpen) return { ...stranger, principal: localOwner }
  const cookies = cookiesOf(request)
  const id = cookies.get(signInCookieName(request, options))
  const signIn = id === undefined ? null : await openSignIn(engine, id, Date.now())
  if (id !== undefined && signIn) {
    const { account: name, role, project } = signIn
    return { ...stranger, principal: { name, role, project, via: 'cookie' }, cookie: id, signIn }
  }
  const token = cookies.get(tokenCookie)
  if (token === undefined || !isSame(token, options.token)) return stranger
  return { ...stranger, principal: { ...localOwner, via: 'cookie' }, cookie: token }
}

function principalOf({ kind, name, role, project }: AccessKey): Principal {
  return { name, role, project, via: kind === 'ingest' ? 'ingest-key' : 'token' }
}

function cookiesOf(request: FastifyRequest): ReadonlyMap<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** Compares hashes, so that the time taken tells nothing about the token. */
export function isSame(given: string | undefined, token: string | null): boolean {
  if (given === undefined || token === null) return false
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)))
}

/** What a page must send with each change: only one that may read our answers can know it. */
export function csrfOf(engine: Engine, cookie: string): string {
  return createHmac('sha256', Buffer.from(engine.store.secret, 'hex')).update(`csrf\n${cookie}`).digest('base64url')
}
