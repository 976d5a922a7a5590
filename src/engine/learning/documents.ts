/**
 * Learning from documents that came with imports: another program's learned file says what came of settings, like sessions of
 * that import. Each document is one lesson, capped like a stranger's, taken back when another takes its place.
 */
import type { Context } from '#core/context.ts'
import { canonicalJson, type JsonObject } from '#core/json.ts'
import type { Experience, Lessons } from '#core/learnable.ts'
import type { LearnedRow, Lesson } from '#core/learned-store.ts'
import { unit } from '#learn/choice/evidence.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { changeLearned } from './change.ts'
import { allLessons } from './learners.ts'

/** No session has such a name. */
const lessonName = (project: string, document: string) => `document/${project}/${document}`

/**
 * Learns what the documents of a project say; those that say what they said before are left as they are.
 *
 * @param brought id of the import that brought them; null when they are only read again
 * @param only a learner's name; all, when absent
 */
export async function learnFromDocuments(
  engine: Engine,
  project: string,
  brought: string | null,
  only?: string,
): Promise<void> {
  if (!(await readPreferences(engine)).learnFromSessions) return
  const readers = allLessons.filter(({ name, experiencesIn }) => experiencesIn && (only ?? name) === name)
  if (readers.length === 0) return
  const documents = Object.entries(await engine.store.catalog.documents(project))
  for (const lessons of readers) {
    for (const [name, text] of documents) await learnOne(engine, lessons, project, name, text, brought)
  }
}

async function learnOne(
  engine: Engine,
  lessons: Lessons,
  project: string,
  name: string,
  text: string,
  brought: string | null,
): Promise<void> {
  const session = lessonName(project, name)
  const before = await engine.store.learned.lesson(lessons.name, session)
  const rows = rowsOf(lessons.experiencesIn?.(name, text) ?? [], `import/${name}`)
  if (sameRows(rows, before?.rows ?? [])) return
  const about: JsonObject = { document: name, attempts: rows.length === 0 ? 0 : attemptsIn(rows), import: brought }
  const learn: Lesson = { session, project, source: 'import', rows, about }
  const change = { ...(before === null ? {} : { unlearn: session }), ...(rows.length === 0 ? {} : { learn }) }
  await changeLearned(engine, lessons.name, [], async () => ({ change, result: null }))
}

const sameRows = (one: readonly LearnedRow[], other: readonly LearnedRow[]) =>
  canonicalJson(one as unknown as JsonObject[]) === canonicalJson(other as unknown as JsonObject[])

/** Every attempt is in the group that holds all. */
const attemptsIn = (rows: readonly LearnedRow[]) => {
  const counts = new Map<string, number>()
  for (const { group, count } of rows) counts.set(group, (counts.get(group) ?? 0) + count)
  return Math.max(...counts.values())
}

/** Attempts of one setting in one class as one row. */
function rowsOf(experiences: readonly Experience[], source: string): readonly LearnedRow[] {
  const rows = new Map<string, LearnedRow>()
  for (const { levels, used, value } of experiences) {
    for (const group of new Set(levels)) {
      const name = `${group}\n${used.key}`
      const { count, sum } = rows.get(name) ?? { count: 0, sum: 0 }
      const added = Math.round(Math.min(1, Math.max(0, value)) * unit)
      rows.set(name, { group, key: used.key, source, settings: null, count: count + 1, kept: 0, sum: sum + added })
    }
  }
  return [...rows.values()]
}

/** Reads all documents again, after everything was forgotten. @param only a learner's name */
export async function learnDocumentsAgain(engine: Engine, only: string, ctx: Pick<Context, 'signal'>): Promise<void> {
  // A project may have been brought a document and no session.
  const projects = new Set((await engine.store.catalog.imports(null)).map(({ project }) => project))
  for (const project of projects) {
    ctx.signal.throwIfAborted()
    await learnFromDocuments(engine, project, null, only)
  }
}

/** Takes back what the documents of an import taught, when it is undone. */
export async function unlearnDocuments(engine: Engine, project: string, brought: string): Promise<void> {
  for (const { name, experiencesIn } of allLessons) {
    if (experiencesIn === undefined) continue
    for (const document of Object.keys(await engine.store.catalog.documents(project))) {
      const session = lessonName(project, document)
      const lesson = await engine.store.learned.lesson(name, session)
      if (lesson?.about['import'] !== brought) continue
      await changeLearned(engine, name, [], async () => ({ change: { unlearn: session }, result: null }))
    }
  }
}
