/**
 * Keeps a principal that is bound to a project inside of it; each route says in its `scope` how its project is found. What belongs
 * to another project answers as if it were not there.
 */
import type { FastifyRequest } from 'fastify'
import { fault } from '#core/faults.ts'
import type { Engine } from '#engine/engine.ts'
import { requireOwnProject } from '#engine/own-project.ts'
import type { Route } from './route.ts'

type Fields = Record<string, unknown>
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/**
 * Before the request is checked against its schema, since that would put the usual project where none is named.
 *
 * @throws request.project for another project by name
 */
export function fillProject(request: FastifyRequest, { scope }: Route, own: string): void {
  const fill = (fields: Fields, where: string) => {
    requireOwnProject(own, fields['project'], where)
    fields['project'] = own
  }
  if (scope === 'query') fill(fieldsOf(request.query), 'query.project')
  else if (scope === 'body') fill(fieldsOf(request.body), 'body.project')
  else if (scope === 'opened') fill(fieldsOf(fieldsOf(request.body)['session']), 'body.session.project')
}

/** What a request is about. */
export interface Asked {
  readonly params: Fields
  readonly body: Fields
}

export const askedOf = ({ params, body }: FastifyRequest): Asked => ({ params: fieldsOf(params), body: fieldsOf(body) })

/**
 * Also before that: what is wrong with a request is told to those only who may make it.
 *
 * @throws session.unknown, job.unknown, import.unknown, blob.unknown, journal.unknown: also for what is another project's
 */
export async function confine(engine: Engine, { scope }: Route, { params, body }: Asked, own: string): Promise<void> {
  const id = String(params['id'])
  switch (scope) {
    case 'session':
      return requireSession(engine, id, own)
    case 'body.session':
      // One without a session is refused by the handler.
      return typeof body['session'] === 'string' ? requireSession(engine, body['session'], own) : undefined
    case 'erased':
      return requireErasable(engine, body, own)
    case 'journal':
      return requireJournal(engine, id, own)
    case 'job':
      if ((await engine.store.jobs.get(id))?.project === own) return
      throw fault('job.unknown', { expected: 'the id of a job', found: id })
    case 'import':
      if ((await engine.store.catalog.imports(own)).some((record) => record.id === id)) return
      throw fault('import.unknown', { expected: 'the id of an import that replaced', found: id })
    case 'blob': {
      const sha256 = String(params['sha256'])
      if ((await engine.store.people.foreignBlobs(own, [sha256])).length === 0) return
      throw fault('blob.unknown', { expected: 'the hash of a stored blob', found: sha256 })
    }
    default:
  }
}

async function requireSession(engine: Engine, id: string, own: string): Promise<void> {
  if ((await engine.store.catalog.summary(id))?.project === own) return
  throw fault('session.unknown', { expected: 'the id of a recorded session', found: id })
}

async function requireErasable(engine: Engine, body: Fields, own: string): Promise<void> {
  const { sessions } = body
  // A contributor may have recorded in any project.
  if (!Array.isArray(sessions))
    throw fault('request.project', { expected: 'sessions of its own project', found: 'all of a contributor' })
  for (const id of sessions) await requireSession(engine, String(id), own)
}

/** A journal names its project once, when it is opened. */
async function requireJournal(engine: Engine, id: string, own: string): Promise<void> {
  const [opening] = await engine.store.journals.read(id)
  const project = opening?.op === 'open' ? (opening.session['project'] ?? 'default') : null
  if (project !== own) throw fault('journal.unknown', { expected: 'the id of an open journal', found: id })
}
