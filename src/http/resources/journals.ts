import type { JournalOp } from '#core/journal.ts'
import type { JsonObject } from '#core/json.ts'
import { appendJournal, openJournal } from '#engine/journals.ts'
import type { Handlers } from '../handler.ts'

export const journalHandlers: Handlers<'POST /api/v1/journals' | 'POST /api/v1/journals/{id}'> = {
  'POST /api/v1/journals': ({ body }, { engine, principal }) =>
    openJournal(engine, body.session as JsonObject, principal.project),
  'POST /api/v1/journals/{id}': ({ params, body }, { engine, principal }) =>
    appendJournal(engine, params.id, body.ops as JournalOp[], principal.project),
}
