/** What a row of the route table says. */
import type { z } from 'zod'
import type { Role } from '#core/principal.ts'

/**
 * How the project of a request is found, so that a principal that is bound to one is kept to it (confine.ts). What is not its
 * own answers as if it were not there; naming another project is refused.
 *
 * - `open`: nothing of any project is in it.
 * - `store`: it is about all projects, or about this machine; one bound to a project may not call it.
 * - `query`, `body`: the field `project` of the query or of the body. Left out, it is the principal's own.
 * - `session`, `job`, `import`, `blob`: the object of that id or hash in the path.
 * - `body.session`: the session whose id stands in the body. `opened`: the session that a journal is opened for. `journal`: the
 *   open journal of the id in the path. `lines`: every line of the body is a session. `erased`: the sessions that are listed.
 * - `legacy`: the project of the old doors.
 * - `filtered`: the handler itself keeps to `call.principal.project`.
 */
export type Scope =
  | 'open'
  | 'store'
  | 'query'
  | 'body'
  | 'session'
  | 'job'
  | 'import'
  | 'blob'
  | 'body.session'
  | 'opened'
  | 'journal'
  | 'lines'
  | 'erased'
  | 'legacy'
  | 'filtered'

export interface Route {
  readonly about: string
  /** Who may call; `anyone` needs no principal, `signed-in` any that is known. */
  readonly role: Role | 'anyone' | 'signed-in'
  /** How its project is found. */
  readonly scope: Scope
  /** Recorders may call it whatever `role` says, also by an ingest key and from the pages of its origins: it shows nothing. */
  readonly ingest?: true
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  /** A schema = a JSON body; `stream` = bytes that the handler reads itself, within its own limits. */
  readonly body?: z.ZodType | 'stream'
  /** Accepted content types of a stream. */
  readonly accepts?: readonly string[]
  /** A schema = a JSON reply; `stream` = bytes; `events` = server-sent events; `page` = HTML. */
  readonly reply: z.ZodType | 'stream' | 'events' | 'page'
  /** The reply is stored JSON text, given out to the letter: its big integers must not pass through doubles. */
  readonly verbatim?: true
  /** Content types of a reply that is no JSON schema; any type where it is whatever was recorded. */
  readonly gives?: readonly string[]
  readonly status?: 201 | 202
  /** Of a stream: the statuses of an answer that is no fault; without it, 200. */
  readonly statuses?: readonly (200 | 201 | 204 | 206)[]
  /** The status of a reply whose `ok` is false. */
  readonly unhealthy?: 503
}
