/** What was learned from sessions, by learner. */
import { fault } from '#core/faults.ts'
import { canonicalJson, isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { DomainName } from '#core/session.ts'
import type { LearnedChange, LearnedHead, LearnedRow, LearnedStore, LearnedTally, Lesson } from '#core/learned-store.ts'
import type { Database } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

const rowFields = 'grp, key, source, settings, count, kept, sum'
/** Lessons read at once. */
const batchRows = 200

export class SqliteLearned implements LearnedStore {
  readonly #db: Database
  readonly #writer: Writer

  constructor(db: Database, writer: Writer) {
    this.#db = db
    this.#writer = writer
  }

  async head(learner: string): Promise<LearnedHead | null> {
    const row = this.#db.prepare('select revision, value from learned_head where learner = ?').get(learner)
    if (!row) return null
    return { revision: Number(row['revision']), value: readObject(String(row['value']), `what ${learner} knows`) }
  }

  async rows(learner: string, groups: readonly string[]): Promise<readonly LearnedRow[]> {
    const rows = this.#db
      .prepare(
        `select ${rowFields} from learned_row where learner = ? and grp in (select value from json_each(?))
         order by grp, key, source, settings`,
      )
      .all(learner, JSON.stringify(groups)) as unknown as Tables['learned_row'][]
    return rows.map(toRow)
  }

  async rowsBeneath(learner: string, prefix: string): Promise<readonly LearnedRow[]> {
    const rows = this.#db
      .prepare(
        `select ${rowFields} from learned_row where learner = ? and grp >= ? and grp < ?
         order by grp, key, source, settings`,
      )
      .all(learner, prefix, `${prefix}\u{10ffff}`) as unknown as Tables['learned_row'][]
    return rows.map(toRow)
  }

  commit(
    learner: string,
    { revision, head, learn, edits, unlearn }: LearnedChange,
  ): Promise<{ readonly revision: number; readonly learned: boolean } | null> {
    return this.#writer.call('commitLearned', {
      learner,
      revision,
      head: canonicalJson(head, 'what was learned'),
      learn: learn
        ? {
            session: learn.session,
            project: learn.project,
            source: learn.source,
            rows: canonicalJson(learn.rows, 'a lesson'),
            about: canonicalJson(learn.about, 'a lesson'),
          }
        : null,
      edits: edits ?? null,
      unlearn: unlearn ?? null,
    })
  }

  async lesson(learner: string, session: string): Promise<Lesson | null> {
    const row = this.#db
      .prepare(
        'select session, project, source, rows, about from lesson where learner = ? and session = ? and aside = 0',
      )
      .get(learner, session)
    return row ? toLesson(row as unknown as Tables['lesson']) : null
  }

  async *lessons(learner: string, newest?: number): AsyncIterable<Lesson> {
    if (newest !== undefined) {
      const rows = this.#db.prepare(
        `select session, project, source, rows, about from lesson
         where learner = ? and aside = 0 order by number desc limit ?`,
      )
      for (const row of rows.all(learner, newest)) yield toLesson(row as unknown as Tables['lesson'])
      return
    }
    const next = this.#db.prepare(
      `select number, session, project, source, rows, about from lesson
       where learner = ? and aside = 0 and number > ? order by number limit ${batchRows}`,
    )
    for (let after = 0; ; ) {
      const rows = next.all(learner, after) as unknown as Tables['lesson'][]
      for (const row of rows) yield toLesson(row)
      const last = rows.at(-1)
      if (!last) return
      after = Number(last.number)
    }
  }

  async count(learner: string): Promise<number> {
    return Number(
      this.#db.prepare('select count(*) as n from lesson where learner = ? and aside = 0').get(learner)?.['n'],
    )
  }

  async tally(learner: string): Promise<LearnedTally> {
    const taught = this.#db
      .prepare('select source as name, count(*) as n from lesson where learner = ? and aside = 0 group by 1 order by 1')
      .all(learner)
    const passed = this.#db
      .prepare(
        `select p.reason as name, count(*) as n from learned_pass p join session s on s.seq = p.seq
         where p.learner = ? and s.aside is null group by 1 order by 1`,
      )
      .all(learner)
    const due = this.#db
      .prepare(
        `select count(*) as n from learned_due d join session s on s.seq = d.seq where d.learner = ? and s.aside is null`,
      )
      .get(learner)
    const counts = (rows: typeof taught) => Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]))
    return { taught: counts(taught), passed: counts(passed), due: Number(due?.['n']) }
  }

  async pending(learner: string, domain: DomainName, limit: number): Promise<readonly string[]> {
    const known = this.#db.prepare('select domain from learner where name = ?').get(learner)
    if (known?.['domain'] !== domain) await this.#writer.call('registerLearner', { learner, domain })
    const rows = this.#db
      .prepare(
        `select s.id from learned_due d cross join session s on s.seq = d.seq
         where d.learner = ? and s.aside is null order by d.seq limit ?`,
      )
      .all(learner, limit) as { id: string }[]
    return rows.map(({ id }) => id)
  }

  async passOver(learner: string, sessions: readonly string[] | 'all', reason: string): Promise<void> {
    const named = sessions === 'all' ? null : sessions
    await this.#writer.call('passOver', { learner, sessions: named, reason }, Math.max(1, named?.length ?? 1))
  }

  async clear(learner: string, head?: JsonObject): Promise<void> {
    const kept = head === undefined ? null : canonicalJson(head, 'what was learned')
    await this.#writer.call('clearLearned', { learner, head: kept })
  }

  async setAside(learner: string, note: string): Promise<void> {
    await this.#writer.call('setLearnedAside', { learner, note, nowMs: Date.now() })
  }
}

/** @throws record.corrupt */
function readObject(text: string, where: string): JsonObject {
  try {
    const value = parseJson(text, where)
    if (isJsonObject(value)) return value
  } catch {
    // Said below, the same for all damage.
  }
  throw fault('record.corrupt', { expected: 'a JSON object', found: text.slice(0, 80), where })
}

/** @throws record.corrupt */
function toRow({ grp: group, key, source, settings, count, kept, sum }: Tables['learned_row']): LearnedRow {
  const where = `what was learned of ${key} under ${group}`
  return { group, key, source, settings: settings === '' ? null : readObject(settings, where), count, kept, sum }
}

/** @throws record.corrupt */
function toLesson({ session, project, source, rows, about }: Tables['lesson']): Lesson {
  const where = `what session ${session} taught`
  return {
    session,
    project,
    source,
    rows: parseJson(rows, where) as unknown as readonly LearnedRow[],
    about: readObject(about, where),
  }
}
