/** What is refused before there is a request that a route could get: by the parser of HTTP, or by the router for its address. */
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { Fault } from '#core/faults.ts'
import { fault } from '#core/faults.ts'
import { inertHeaders } from './page-policy.ts'

/**
 * Answers by code as everything else does, and closes: where one message of such a connection ends is unknown, and what follows
 * could be somebody's smuggled request.
 */
export function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const known = brokenFault(error)
  const body = JSON.stringify({ ...known.toJSON(), request: null })
  const headers = { ...inertHeaders, 'content-type': 'application/json; charset=utf-8', connection: 'close' }
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) }).map((pair) => pair.join(': '))
  const first = `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}`
  // Without waiting for the other side, which may never close.
  socket.write(`${[first, ...lines].join('\r\n')}\r\n\r\n${body}`, () => socket.destroySoon())
}

function brokenFault(cause: NodeJS.ErrnoException): Fault {
  if (cause.code === 'HPE_HEADER_OVERFLOW')
    return fault('request.large', { expected: 'headers within 16 KiB', found: 'more', cause })
  if (cause.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return fault('request.invalid', { expected: 'all headers within a minute', found: 'an unfinished request', cause })
  return fault('request.invalid', { expected: 'well-formed HTTP/1.1', found: cause.message, cause })
}
