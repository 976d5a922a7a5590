/** Appending what people say of a session afterwards. */
import { editSchema } from '#core/edit-schema.ts'
import type { Edit } from '#core/edit.ts'
import { brief, fault } from '#core/faults.ts'
import { canonicalJson, type Json, parseJson } from '#core/json.ts'
import type { Principal } from '#core/principal.ts'
import { domains } from '#domains/domains.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { sessionById } from './read.ts'

/** What a caller gives; the rest is filled in. */
export type SentEdit = Pick<Edit, 'session' | 'kind' | 'after'> & { readonly [K in keyof Edit]?: Edit[K] | undefined }

/** @throws edit.invalid, edit.conflict, session.unknown */
export async function appendEdit(engine: Engine, sent: SentEdit, principal: Principal): Promise<Edit> {
  if (sent.session === null)
    throw fault('edit.invalid', { expected: 'the id of a session', found: 'null', where: 'field session' })
  const session = await sessionById(engine, sent.session)
  const edit: Edit = {
    id: sent.id ?? newId(),
    session: sent.session,
    project: session.project,
    at: sent.at ?? utcNow(),
    principal: sent.principal ?? principal.name,
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
  const parsed = editSchema.safeParse(edit)
  const refuse = (path: string, message: string, found: unknown) =>
    fault('edit.invalid', { expected: message, found: brief(found), where: `${where}, field ${path}` })
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw refuse(issue?.path.join('.') ?? '', issue?.message ?? 'a valid edit', edit)
  }
  // The same normal form as a session's: no NaN, no `__proto__`, bounded depth.
  parseJson(canonicalJson(edit, where)) satisfies Json
  const schema = domains.find((domain) => Object.hasOwn(domain.editKinds, edit.kind))?.editKinds[edit.kind]
  if (!schema) return
  const after = schema.safeParse(edit.after)
  if (after.success) return
  const issue = after.error.issues[0]
  throw refuse(`after.${issue?.path.join('.') ?? ''}`, issue?.message ?? 'a valid value', edit.after)
}
