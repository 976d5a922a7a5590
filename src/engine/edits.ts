/** Appending what people say of a session afterwards. */
import type { z } from 'zod'
import { editSchema } from '#core/edit-schema.ts'
import type { Edit } from '#core/edit.ts'
import { fault } from '#core/faults.ts'
import { canonicalJson } from '#core/json.ts'
import type { Principal } from '#core/principal.ts'
import { issueWords } from '#core/schema-issue.ts'
import { domains } from '#domains/domains.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { sessionById } from './read.ts'

/** What a caller gives; the rest is filled in. */
export type SentEdit = Pick<Edit, 'session' | 'kind' | 'after'> & { readonly [K in keyof Edit]?: Edit[K] | undefined }

/** @throws edit.invalid, edit.conflict, session.unknown */
export async function appendEdit(engine: Engine, sent: SentEdit, { name }: Pick<Principal, 'name'>): Promise<Edit> {
  if (sent.session === null)
    throw fault('edit.invalid', { expected: 'the id of a session', found: 'null', where: 'field session' })
  const session = await sessionById(engine, sent.session)
  const edit: Edit = {
    id: sent.id ?? newId(),
    session: sent.session,
    project: session.project,
    at: sent.at ?? utcNow(),
    // Whoever sends it, whatever it says: history must name who really did it.
    principal: name,
    kind: sent.kind,
    before: sent.before ?? null,
    after: sent.after,
    reason: sent.reason ?? null,
  }
  checkEdit(edit)
  const [result] = await engine.store.catalog.putEdits([edit])
  if (result === 'conflict')
    throw fault('edit.conflict', { expected: 'the edit stored under this id, or a new id', found: edit.id })
  return edit
}

/** @throws edit.invalid, json.* */
export function checkEdit(edit: Edit, where = 'the edit'): void {
  checkPart(editSchema, edit, `${where}, field `)
  // The same normal form as a session's: no NaN, no `__proto__`, bounded depth.
  canonicalJson(edit, where)
  const own = domains.find((domain) => Object.hasOwn(domain.editKinds, edit.kind))?.editKinds[edit.kind]
  if (own) checkPart(own, edit.after, `${where}, field after.`)
}

function checkPart(schema: z.ZodType, value: unknown, where: string): void {
  const result = schema.safeParse(value)
  if (result.success) return
  const { expected, found, path } = issueWords(result.error.issues[0], value)
  throw fault('edit.invalid', { expected, found, where: where + path })
}
