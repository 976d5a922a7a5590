import { appendEdit, type SentEdit } from '#engine/edits.ts'
import type { Handlers } from '../handler.ts'

export const editHandlers: Handlers<'POST /api/v1/edits'> = {
  'POST /api/v1/edits': ({ body }, { engine, principal }) => appendEdit(engine, body as SentEdit, principal),
}
