/** What a row of the route table says. */
import type { z } from 'zod'
import type { Role } from '#core/principal.ts'

export interface Route {
  readonly about: string
  /** Who may call; `anyone` needs no principal. */
  readonly role: Role | 'anyone'
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
  readonly status?: 201 | 202
}
