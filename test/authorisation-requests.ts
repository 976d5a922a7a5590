/** A well-formed request for every route, about the things of one project. What a route needs beyond the usual stands here. */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '#core/json.ts'
import { type Route, type RouteKey, routes } from '#http/contract.ts'
import { markOf, type Project, sessionOf, sha256, type Things, type World } from './authorisation-world.ts'

export interface Ask {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** JSON, or bytes with their type. */
  readonly body?: JsonObject | { readonly type: string; readonly bytes: string | Uint8Array<ArrayBuffer> | FormData }
  readonly headers?: Readonly<Record<string, string>>
}

type Make = (things: Things, world: World) => Ask | Promise<Ask>

const bytes = (text: string, type = 'application/octet-stream') => ({ type, bytes: text })
const fresh = (what: string) => `${what} ${randomUUID()}`

/** An open journal of the project, as its recorder has it. */
async function openJournal({ project }: Things, { server, secretOf }: World): Promise<string> {
  const { outcome: _, ...session } = sessionOf(project)
  const answer = await fetch(`${server.url}/api/v1/journals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretOf('owner', 'all')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session }),
  })
  if (answer.status !== 201) throw new Error(await answer.text())
  return String(session.id)
}

async function freshSession({ project }: Things, { server, secretOf }: World): Promise<string> {
  const session = sessionOf(project)
  await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretOf('owner', 'all')}`, 'content-type': 'application/json' },
    body: JSON.stringify(session),
  })
  return session.id
}

const uploadHeaders = (sha: string, length: number) => ({
  'tus-resumable': '1.0.0',
  'upload-length': String(length),
  'upload-metadata': `kind ${btoa('blob')},sha256 ${btoa(sha)}`,
})

/** Those that the usual request does not fit. */
const makes: { readonly [K in RouteKey]?: Make } = {
  'POST /api/v1/sessions': ({ project }) => ({ body: sessionOf(project) }),
  'POST /api/v1/sessions/batch': ({ project }) => ({
    body: bytes(`${JSON.stringify(sessionOf(project))}\n`, 'application/x-ndjson'),
  }),
  'POST /api/v1/journals': ({ project }) => {
    const { outcome: _, ...session } = sessionOf(project)
    return { body: { session } }
  },
  'POST /api/v1/journals/{id}': async (things, world) => ({
    params: { id: await openJournal(things, world) },
    body: { ops: [{ op: 'set', path: '/telemetry/note', value: 1 }] },
  }),
  'GET /api/v1/schemas/{name}': () => ({ params: { name: 'images' } }),
  'POST /api/v1/edits': ({ session }) => ({ body: { session, kind: 'rating', after: { rating: 1 } } }),
  'PUT /api/v1/blobs/{sha256}': () => {
    const text = fresh('bytes')
    return { params: { sha256: sha256(text) }, body: bytes(text) }
  },
  'GET /api/v1/stats/tables/{name}': ({ project }) => ({ params: { name: 'edits' }, query: { project } }),
  'PUT /api/v1/queries/{name}': ({ project }) => ({
    params: { name: fresh('query') },
    query: { project },
    body: { query: {} },
  }),
  'POST /api/v1/datasets': ({ project }) => ({
    body: { name: fresh('set'), project, select: { sessions: {}, sampleType: 'pair' } },
  }),
  'POST /api/v1/datasets/{name}/versions': ({ project, dataset }) => ({
    params: { name: dataset },
    query: { project },
    body: {},
  }),
  'GET /api/v1/datasets/{name}/diff': ({ project, dataset }) => ({
    params: { name: dataset },
    query: { project, from: '1.0.0', to: '1.0.0' },
  }),
  'POST /api/v1/imports': ({ project }) => ({ query: { project, name: 'made.ndjson' }, body: bytes('{}\n') }),
  'POST /api/v1/exports': ({ project }) => ({ body: { project, query: {}, sampleType: 'pair', format: 'jsonl' } }),
  'POST /api/v1/consent': ({ project }) => ({
    body: { project, decision: 'granted', scopes: ['collect'], text: markOf(project) },
  }),
  'POST /api/v1/forget': async (things, world) => ({ body: { sessions: [await freshSession(things, world)] } }),
  'POST /api/v1/track/reset': ({ project }) => ({ body: { project, confirm: project } }),
  'POST /api/v1/forget/preview': ({ session }) => ({ body: { sessions: [session] } }),
  'POST /api/store-image': ({ project }) => {
    const form = new FormData()
    form.set('instruction', project)
    return { body: { type: '', bytes: form } }
  },
  'POST /api/v1/sign-in': () => ({ body: { name: 'Ann', password: 'wrong horse battery' } }),
  'POST /api/v1/people': () => ({
    body: { name: fresh('person'), role: 'viewer', project: null, password: 'a few words more' },
  }),
  'POST /api/v1/keys': () => ({ body: { kind: 'ingest', name: fresh('key'), project: 'gamma' } }),
  'POST /api/v1/uploads': () => {
    const text = fresh('bytes')
    return { headers: uploadHeaders(sha256(text), text.length) }
  },
}

/** For a scope, the things that a request is about; names of parameters tell the rest. */
function usual(route: Route, { session, job, import: imported, sha256: hash, dataset, project }: Things): Ask {
  const ids: Readonly<Record<string, string>> = { session, job, import: imported }
  const params = {
    id: ids[route.scope] ?? randomUUID(),
    sha256: hash,
    name: dataset,
    domain: 'images',
    fingerprint: `clip-${'0'.repeat(32)}`,
    index: '0',
    task: 'verify',
    project,
    principal: 'somebody',
  }
  return { params, ...(route.scope === 'query' ? { query: { project } } : {}), ...(route.body ? { body: {} } : {}) }
}

export interface Answered {
  readonly status: number
  readonly text: string
}

/** Asks for a route about the things of a project, and reads the answer to its end. */
export async function askRoute(
  world: World,
  key: RouteKey,
  project: Project,
  secret: string | null,
): Promise<Answered> {
  const route: Route = routes[key]
  const things = world.things[project]
  const own = await makes[key]?.(things, world)
  const ask = { ...usual(route, things), ...own, params: { ...usual(route, things).params, ...own?.params } }
  const [method = '', path = ''] = key.split(' ')
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ask.params?.[name] ?? ''))
  const url = new URL(filled, world.server.url)
  for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, value)
  const { body } = ask
  const headers: Record<string, string> = { ...ask.headers }
  if (secret !== null) headers['authorization'] = `Bearer ${secret}`
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(20_000), redirect: 'manual' }
  if (body !== undefined && 'bytes' in body && method !== 'GET' && method !== 'HEAD') {
    const { type, bytes: sent } = body as { type: string; bytes: string | Uint8Array<ArrayBuffer> | FormData }
    if (type !== '') headers['content-type'] = type
    init.body = sent
  } else if (body !== undefined && method !== 'GET' && method !== 'HEAD') {
    const isBytes = route.body === 'stream'
    headers['content-type'] = isBytes ? (route.accepts?.[0] ?? 'application/octet-stream') : 'application/json'
    init.body = isBytes ? 'x' : JSON.stringify(body)
  }
  const answer = await fetch(url, init)
  return { status: answer.status, text: await answer.text() }
}
