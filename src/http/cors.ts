/**
 * Ingest keys from the pages of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol): only the routes that write, only
 * origins that a key in force names, and never with cookies.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import type { AccessKey } from '#core/people-store.ts'
import type { Engine } from '#engine/engine.ts'
import type { Route } from './route.ts'
import { routes } from './contract.ts'

export const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined && headers.origin !== undefined

/** What a page may send with a key, and read of the answer; the rest is for resumable uploads. */
const sendable =
  'authorization, content-type, tus-resumable, upload-length, upload-metadata, upload-offset, upload-checksum'
const readable =
  'retry-after, location, tus-resumable, tus-version, tus-max-size, tus-extension, upload-offset, upload-length, upload-expires'

const patterns = (Object.entries(routes) as [string, Route][])
  .filter(([, { ingest }]) => ingest)
  .map(([key]) => {
    const [method = '', path = ''] = key.split(' ')
    return { method, path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }
  })

/** A preflight carries no key: it is answered for what any key allows, and the request itself is looked at again. */
export async function answerPreflight(
  engine: Engine,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { origin = '', 'access-control-request-method': asked = '' } = request.headers
  const path = request.url.split('?')[0] ?? ''
  const isOffered = patterns.some(({ method, path: pattern }) => method === asked && pattern.test(path))
  if (!isOffered || !(await engine.store.people.isIngestOrigin(origin, Date.now())))
    throw fault('request.origin', { expected: 'a page of this engine, or an ingest key for its origin', found: origin })
  allow(reply, origin)
  const isPrivate = request.headers['access-control-request-private-network'] === 'true'
  void reply.headers({
    'access-control-allow-methods': asked,
    'access-control-allow-headers': sendable,
    'access-control-max-age': '600',
    // A page of the internet that sends to an engine on this machine: its origin was named by the owner.
    ...(isPrivate ? { 'access-control-allow-private-network': 'true' } : {}),
  })
  return reply.status(204).send()
}

/** Holds a key to its origins, and lets the page read the answer. @throws key.origin */
export function allowIngestOrigin({ origins, name }: AccessKey, request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers
  if (origins.length === 0) {
    if (origin === undefined) return
    throw fault('key.origin', { expected: `a program, since ${name} is for no page`, found: `a page of ${origin}` })
  }
  if (origin === undefined)
    throw fault('key.origin', { expected: `a page of ${origins.join(' or ')}`, found: 'no Origin' })
  if (!origins.includes(origin))
    throw fault('key.origin', { expected: `a page of ${origins.join(' or ')}`, found: `one of ${origin}` })
  allow(reply, origin)
}

function allow(reply: FastifyReply, origin: string): void {
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': readable,
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Origin',
  })
}
