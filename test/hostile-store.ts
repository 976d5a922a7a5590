/** Fills an engine with sessions whose every text is hostile, wherever the schemas of the domains allow one. */
import { createHash, randomUUID } from 'node:crypto'
import type { Client } from '#client/client.ts'
import { domainByName } from '#domains/domains.ts'
import { hostileProse, hostileTexts, plantedHost } from './hostile-texts.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonMap = { [key: string]: Json }

/** What pictures are found by, and what says which session it is: without them nothing else of the session would be shown. */
const kept = /^(?:id|domain|project|schemaVersion|recordedAt|parent|media(?:\.\d+)?\.(?:role|mediaType|sha256))$/

/** A name as hostile as any, which the whole project has. */
export const hostileProject = `${hostileTexts[0]} project`

export interface Planted {
  /** One of each domain. */
  readonly sessions: Readonly<Record<'camera' | 'images' | 'gui', string>>
  readonly dataset: string
  /** How many texts of sessions were replaced. */
  readonly texts: number
}

/** @throws when a session that its schema takes is refused by the engine */
export async function plantHostile(client: Client): Promise<Planted> {
  let texts = 0
  const found: Partial<Record<'camera' | 'images' | 'gui', string>> = {}
  for (const domain of ['camera', 'images', 'gui'] as const) {
    const query = { project: 'sample', domain, limit: 100 } as const
    const { items } = await client.call('GET /api/v1/sessions', { query })
    // The failed ones have errors to tell, the others pictures and tracks.
    const chosen = [items.find(({ status }) => status === 'succeeded'), items.find(({ status }) => status === 'failed')]
    for (const row of chosen) {
      if (!row) continue
      const session = await client.call('GET /api/v1/sessions/{id}', { params: { id: row.id } })
      const { hostile, replaced } = poisoned(session as unknown as JsonMap, domain)
      await client.call('POST /api/v1/sessions', { body: hostile })
      texts += replaced
      found[domain] ??= hostile['id'] as string
      await saySomething(client, hostile['id'] as string)
    }
  }
  const dataset = await plantDataset(client)
  await plantAround(client)
  await plantForOwners(client)
  return { sessions: found as Planted['sessions'], dataset, texts }
}

/** Every text that the domain's schema lets be anything else, replaced; lists and records of the schema's own kinds stay. */
function poisoned(session: JsonMap, domain: string): { readonly hostile: JsonMap; readonly replaced: number } {
  const { schema } = domainByName(domain)
  const id = randomUUID()
  let hostile: JsonMap = {
    ...structuredClone(session),
    id,
    project: hostileProject,
    parent: null,
    contributor: hostileTexts[1] ?? '',
    consent: {
      basis: 'explicit',
      scopes: ['collect', 'train', 'share'],
      textSha256: createHash('sha256').update(id).digest('hex'),
      givenAt: '2026-01-01T00:00:00Z',
    },
  }
  hostile['settings'] = { ...(hostile['settings'] as JsonMap), policy: { name: 'p', version: 'v' }, reason: 'why' }
  const outcome = hostile['outcome'] as JsonMap
  hostile['outcome'] = { ...outcome, error: { code: 'code', message: 'message' } }
  let replaced = 0
  for (const path of textPaths(hostile)) {
    const name = path.join('.')
    if (kept.test(name)) continue
    const candidates = [hostileProse, hostileTexts].map((all) => all[replaced % all.length] ?? '')
    for (const text of candidates) {
      const next = withText(hostile, path, text)
      if (!schema.safeParse(next).success) continue
      hostile = next
      replaced++
      break
    }
  }
  return { hostile, replaced }
}

/** One path for each text, and no more than three into any one list: the rest of it is shown the same way. */
function* textPaths(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value === 'string') yield path
  else if (Array.isArray(value)) {
    for (const [i, item] of value.slice(0, 3).entries()) yield* textPaths(item, [...path, String(i)])
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textPaths(item, [...path, key])
  }
}

function withText(value: JsonMap, [key = '', ...rest]: readonly string[], text: string): JsonMap {
  const inner = value[key] as JsonMap
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as JsonMap
  copy[key] = rest.length === 0 ? text : withText(inner, rest, text)
  return copy
}

/** What people say of a session, in their words. */
async function saySomething(client: Client, session: string): Promise<void> {
  for (const [i, text] of hostileProse.entries()) {
    const kind = (['note', 'tag', 'rating', 'reject', 'gui.annotation', 'gui.screen', 'odd'] as const)[i % 7] ?? 'note'
    const after = kind === 'gui.screen' ? { verdict: text, notes: text } : kind === 'rating' ? 1 : text
    const edit = { session, kind, before: null, after, reason: text.slice(0, 2000) }
    // Some kinds take no such words: then they are refused, and cannot be shown.
    await client.call('POST /api/v1/edits', { body: edit }).catch(() => {})
  }
}

async function plantDataset(client: Client): Promise<string> {
  const name = `${hostileTexts[0]} set`
  const select = { sessions: { project: hostileProject, domain: 'images' as const }, sampleType: 'pair' as const }
  const body = { name, project: hostileProject, about: hostileProse.at(-2) ?? '', select }
  await client.call('POST /api/v1/datasets', { body })
  for (const note of hostileProse.slice(0, 2)) {
    const job = await client.call('POST /api/v1/datasets/{name}/versions', {
      params: { name },
      query: { project: hostileProject },
      body: { note },
    })
    for await (const _ of client.watchJob(job.id)) void _
  }
  for (const [i, text] of hostileTexts.entries()) {
    const params = { name: `${i} ${text}`.slice(0, 200) }
    await client.call('PUT /api/v1/queries/{name}', {
      params,
      query: { project: hostileProject },
      body: { query: { project: hostileProject, contributor: text, text, facets: [{ key: 'app', text }] } },
    })
  }
  return name
}

/** Names of files and projects, and the words of consent. */
async function plantAround(client: Client): Promise<void> {
  for (const [i, text] of hostileTexts.entries()) {
    const contributor = text.slice(0, 200)
    const decision = i % 3 === 2 ? ('withdrawn' as const) : ('granted' as const)
    const words = hostileProse[(i + 5) % hostileProse.length] ?? ''
    const entry = { project: hostileProject, contributor, session: null, decision, text: words }
    await client.call('POST /api/v1/consent', { body: { ...entry, scopes: ['collect', 'train'] } })
  }
  for (const name of [hostileTexts[0], hostileTexts[4], hostileTexts[12], hostileTexts[13]]) {
    const body = new Blob([`{"${hostileTexts[17]}x": "${name?.slice(0, 5)}"}`])
    const query = { project: hostileProject, name: `${name}.json` }
    const job = await client.call('POST /api/v1/imports', { query, body }, { contentType: 'application/json' })
    for await (const _ of client.watchJob(job.id)) void _
  }
}

/** What owners see: projects of keys, limits and webhooks, and the log of all that was done here and was refused. */
async function plantForOwners(client: Client): Promise<void> {
  for (const [i, text] of hostileTexts.entries()) {
    const project = `${text} ${i}`.slice(0, 200)
    await client.call('POST /api/v1/keys', { body: { kind: 'ingest', name: `key ${i}`, project } })
    await client.call('PUT /api/v1/quotas/{project}', { params: { project }, body: { bytes: 1e9, sessions: 5 } })
    // A project of its own, so that nothing is ever told.
    const url = `https://${plantedHost}/${encodeURI(text)}?q=${text.replaceAll('#', '')}`
    const events = ['version.created' as const]
    // What no address can hold is refused, and then stands in the log.
    await client.call('POST /api/v1/webhooks', { body: { url, project: `none ${i}`, events } }).catch(() => {})
    await client.call('DELETE /api/v1/queries/{name}', { params: { name: text }, query: { project } }).catch(() => {})
  }
}
