/**
 * The typed client: one function per sort of reply, each taking a key of the route table. Works in browsers and in Node;
 * has no dependencies. Of the contract only types are imported, so no schema reaches the caller's bundle.
 */
import { fault } from '#core/faults.ts'
import { canonicalJson, parseJson } from '#core/json.ts'
import type { Api, Reply, Request, RouteKey } from '#http/contract.ts'
import { HindsightError, refusalOf } from './hindsight-error.ts'
import { readEvents } from './read-events.ts'

type RoutesWith<R> = { [K in RouteKey]: Api[K]['reply'] extends R ? K : never }[RouteKey]

/** Routes that answer with events, and those that answer with bytes or a page. All others answer with JSON. */
export type EventRoute = RoutesWith<'events'>
export type RawRoute = RoutesWith<'stream' | 'page'>
export type JsonRoute = Exclude<RouteKey, EventRoute | RawRoute>

type Optional<R> = { [F in keyof R]: object extends R[F] ? F : never }[keyof R]
/** What a route is given: a part whose every field may be left out may be left out itself. */
export type Given<K extends RouteKey> = Omit<Request<K>, Optional<Request<K>>> &
  Partial<Pick<Request<K>, Optional<Request<K>> & keyof Request<K>>>

export type Job = Reply<'GET /api/v1/jobs/{id}'>

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Of a body of bytes; `application/octet-stream` unless told. JSON bodies have their own. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The request may be left out when every part of it may. */
type Rest<K extends RouteKey> =
  object extends Given<K> ? [request?: Given<K>, options?: CallOptions] : [request: Given<K>, options?: CallOptions]

export interface Client {
  /** Calls a route that answers with JSON. Integers beyond 2^53 come as `bigint`. @throws HindsightError */
  call<K extends JsonRoute>(route: K, ...rest: Rest<K>): Promise<Reply<K>>
  /** Calls a route that answers with bytes; the response is successful and unread. @throws HindsightError */
  open<K extends RawRoute>(route: K, ...rest: Rest<K>): Promise<Response>
  /** Where a route is, for links and pictures. */
  url<K extends RouteKey>(route: K, ...rest: Rest<K>): string
  /** The job each time it changed, the last one finished; connects again when the line breaks. @throws HindsightError */
  watchJob(id: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Job>
}

export interface ClientOptions {
  /** `http://127.0.0.1:4747`; in a page, its own origin. */
  readonly base: string
  /** An API token, where the engine asks who is there. Never in a page that others open: it can be read there. */
  readonly token?: string | null
  /** An ingest key instead: it only records, and may stand in a page of the origins that it was made for. */
  readonly key?: string | null
  readonly fetch?: typeof globalThis.fetch
}

/** The parts of a request once its route no longer matters. */
interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

const retryMs = 1000

/** Routes whose answer is one too when it is bad news: 503 with the same body. */
const saysHowItIs: ReadonlySet<RouteKey> = new Set<RouteKey>(['GET /healthz', 'GET /readyz'])

export function createClient({ base, token = null, key = null, fetch = globalThis.fetch }: ClientOptions): Client {
  const send = async (route: RouteKey, parts: Parts, options: CallOptions, accept: string): Promise<Response> => {
    const url = urlOf(base, route, parts)
    const headers: Record<string, string> = { ...options.headers, accept }
    const secret = key ?? token
    if (secret !== null) headers['authorization'] = `Bearer ${secret}`
    const init: RequestInit & { duplex?: 'half' } = { method: methodOf(route), headers }
    if (options.signal) init.signal = options.signal
    if (parts.body !== undefined) Object.assign(init, bodyOf(parts.body, headers, options.contentType))
    const response = await answered(() => fetch(url, init), url)
    if (response.ok || (response.status === 503 && saysHowItIs.has(route))) return response
    throw await refusalOf(response)
  }

  const client: Client = {
    async call<K extends JsonRoute>(route: K, ...[request = {} as Given<K>, options = {}]: Rest<K>) {
      const response = await send(route, request, options, 'application/json')
      // The route table says what the reply is; the server has checked it against that.
      return parseJson(await response.text(), `the reply to ${route}`) as Reply<K>
    },
    open: (route, ...[request, options]) => send(route, request ?? {}, options ?? {}, '*/*'),
    url: (route, ...[request]) => urlOf(base, route, request ?? {}),
    async *watchJob(id, { signal } = {}) {
      for (;;) {
        let last: Job | null = null
        try {
          const response = await send(
            'GET /api/v1/jobs/{id}/events',
            { params: { id } },
            { signal },
            'text/event-stream',
          )
          for await (const { data } of readEvents(response)) {
            last = parseJson(data, `the events of job ${id}`) as unknown as Job
            yield last
            if (isFinished(last)) return
          }
        } catch (error) {
          if (signal?.aborted || (error instanceof HindsightError && error.status !== null)) throw error
        }
        await pause(retryMs, signal)
        last = await client.call('GET /api/v1/jobs/{id}', { params: { id } }, { signal })
        yield last
        if (isFinished(last)) return
      }
    },
  }
  return client
}

export function isFinished(job: Pick<Job, 'state'>): boolean {
  return job.state !== 'queued' && job.state !== 'running'
}

function methodOf(route: RouteKey): string {
  return route.slice(0, route.indexOf(' '))
}

function urlOf(base: string, route: RouteKey, { params = {}, query = {} }: Parts): string {
  const path = route
    .slice(route.indexOf(' ') + 1)
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(name, String(item))
    }
  }
  const text = search.toString()
  return `${base.replace(/\/$/, '')}${path}${text === '' ? '' : `?${text}`}`
}

function bodyOf(body: unknown, headers: Record<string, string>, contentType = 'application/octet-stream') {
  if (body instanceof Blob || ArrayBuffer.isView(body)) {
    headers['content-type'] = contentType
    return { body }
  }
  if (body instanceof ReadableStream) {
    headers['content-type'] = contentType
    return { body, duplex: 'half' }
  }
  headers['content-type'] = 'application/json'
  // Not JSON.stringify: it cannot write the big integers that a session may hold.
  return { body: canonicalJson(body, 'the request body') }
}

async function answered(send: () => Promise<Response>, url: string): Promise<Response> {
  try {
    return await send()
  } catch (cause) {
    if (cause instanceof Error && cause.name !== 'TypeError') throw cause // an abort stays what it is
    const found = cause instanceof Error ? cause.message : String(cause)
    const { origin } = new URL(url, 'http://localhost')
    const unreachable = fault('server.unreachable', { expected: `an answer from ${origin}`, found, cause })
    throw new HindsightError(unreachable.toJSON(), null, { cause })
  }
}

/** @throws the reason of the signal */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
