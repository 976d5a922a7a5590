/** Keeps what comes from a principal of one project inside of that project. */
import { fault } from '#core/faults.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { SessionRow } from '#core/store.ts'
import type { Engine } from './engine.ts'

/** @throws request.project unless `asked` is its own, or left out */
export function requireOwnProject(own: string, asked: unknown, where: string): void {
  if (asked === undefined || asked === own) return
  throw fault('request.project', { expected: `its own project, ${own}`, found: 'another', where })
}

/** A session as sent, in the principal's own project when it names none. @throws request.project when it names another */
export function inOwnProject(own: string | null, sent: Json, where: string): Json {
  if (own === null || !isJsonObject(sent)) return sent
  requireOwnProject(own, sent['project'], `${where}, field project`)
  return { ...sent, project: own }
}

/**
 * A session may only bring along bytes that its project has anyway. Whoever knows a hash could else lay hands on the bytes of
 * another project by recording a session that names it. The answer is the same as for bytes that nobody has.
 *
 * @throws session.media
 */
export async function requireOwnMedia(
  engine: Engine,
  own: string | null,
  { id, media }: Pick<SessionRow, 'id' | 'media'>,
): Promise<void> {
  if (own === null) return
  const [first] = await engine.store.people.foreignBlobs(own, media)
  if (first !== undefined)
    throw fault('session.media', {
      expected: 'media that are stored',
      found: `no blob ${first}`,
      where: `session ${id}`,
    })
}
