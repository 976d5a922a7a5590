import type { JournalOp } from '#core/journal.ts'
import type { JsonObject } from '#core/json.ts'
import { appendJournal, openJournal } from '#engine/journals.ts'
import type { Handlers } from '../handler.ts'

export const journalHandlers: Handlers<'POST /api/v1/journals' | 'POST /api/v1/journals/{id}'> = {
  'POST /api/v1/journals': ({ body }, { engine }) => openJournal(engine, body.session as JsonObject),
  'POST /api/v1/journals/{id}': ({ params, body }, { engine }) =>
    appendJournal(engine, params.id, body.ops as JournalOp[]),
}
