/** What learners know, changed by comparing and setting, and kept true as sessions come, go and come back. */
import { fault } from '#core/faults.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import type { CommitContext } from './commit-context.ts'
import { isErased } from './tombstones.ts'

type Db = CommitContext['db']

export interface LearnedToCommit {
  readonly learner: string
  readonly revision: number
  /** Canonical JSON. */
  readonly head: string
  readonly learn: LessonToCommit | null
  readonly edits: number | null
  readonly unlearn: string | null
}

export interface LessonToCommit {
  readonly session: string
  readonly project: string
  readonly source: string
  /** {@link LearnedRow}s. */
  readonly rows: string
  readonly about: string
}

/** null: the head has moved on. */
export function commitLearned(
  context: CommitContext,
  { learner, revision, head, learn, edits, unlearn }: LearnedToCommit,
): { readonly revision: number; readonly learned: boolean } | null {
  const { db } = context
  const found = db.prepare('select revision from learned_head where learner = ?').get(learner)
  if (Number(found?.['revision'] ?? 0) !== revision) return null
  if (unlearn !== null) takeBack(db, learner, unlearn)
  const learned = learn !== null && addLesson(context, learner, learn, edits)
  const next = nextRevision(db, learner)
  db.prepare(
    `insert into learned_head (learner, revision, value) values (?, ?, ?)
     on conflict do update set revision = excluded.revision, value = excluded.value`,
  ).run(learner, next, head)
  return { revision: next, learned }
}

/** Numbers are never used twice, also not after everything was thrown away, or a decision made before would pass for a new one. */
function nextRevision(db: Db, learner: string): number {
  const row = db
    .prepare(
      `insert into learner (name, domain, revision) values (?, '', 1)
       on conflict do update set revision = revision + 1 returning revision`,
    )
    .get(learner)
  return Number(row?.['revision'])
}

function addLesson(
  { db, salt }: CommitContext,
  learner: string,
  lesson: LessonToCommit,
  edits: number | null,
): boolean {
  const { session, project, source, rows, about } = lesson
  if (isErased(db, salt, 'session', session)) return false
  const kept = db.prepare('select seq, aside from session where id = ?').get(session) as
    | { seq: number; aside: string | null }
    | undefined
  if (kept && kept.aside !== null) return false
  if (kept) wasLookedAt(db, learner, kept.seq, edits)
  const { changes } = db
    .prepare(
      `insert or ignore into lesson (learner, session, project, source, aside, rows, about) values (?, ?, ?, ?, 0, ?, ?)`,
    )
    .run(learner, session, project, source, rows, about)
  if (changes === 0) return false
  applyRows(db, learner, JSON.parse(rows) as readonly LearnedRow[], 1)
  return true
}

function wasLookedAt(db: Db, learner: string, seq: number, edits: number | null): void {
  db.prepare('delete from learned_pass where learner = ? and seq = ?').run(learner, seq)
  const known = Number(db.prepare('select count(*) as n from edit where session = ?').get(seq)?.['n'])
  // An edit that came in meanwhile is not in the lesson.
  if (edits !== null && known > edits) return
  db.prepare('delete from learned_due where learner = ? and seq = ?').run(learner, seq)
}

function takeBack(db: Db, learner: string, session: string): void {
  const row = db
    .prepare('delete from lesson where learner = ? and session = ? returning aside, rows')
    .get(learner, session) as { aside: number; rows: string } | undefined
  if (row?.aside !== 0) return
  const rows = readRows(row.rows)
  if (rows === null) {
    const where = `what session ${session} taught ${learner}`
    throw fault('record.corrupt', { expected: 'rows as JSON', found: row.rows.slice(0, 80), where })
  }
  applyRows(db, learner, rows, -1)
}

function applyRows(db: Db, learner: string, rows: readonly LearnedRow[], sign: 1 | -1): void {
  const add = db.prepare(
    `insert into learned_row (learner, grp, key, source, settings, count, kept, sum) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict do update set count = count + excluded.count, kept = kept + excluded.kept, sum = sum + excluded.sum`,
  )
  // Emptied rows go, so that what was added and taken back leaves no trace.
  const tidy = db.prepare(
    `delete from learned_row where learner = ? and grp = ? and key = ? and source = ? and settings = ? and count <= 0`,
  )
  for (const { group, key, source, settings, count, kept, sum } of rows) {
    const name = settings === null ? '' : JSON.stringify(settings)
    add.run(learner, group, key, source, name, sign * count, sign * kept, sign * sum)
    if (sign < 0) tidy.run(learner, group, key, source, name)
  }
}

/** Whoever learns from this domain has a new session to look at. */
export function dueForLearners(db: Db, seq: number, domain: string): void {
  db.prepare('insert or ignore into learned_due (learner, seq) select name, ? from learner where domain = ?').run(
    seq,
    domain,
  )
}

/** Whoever learns from the session's domain must look at it again. */
export function dueAgain(db: Db, seq: number): void {
  db.prepare(
    `insert or ignore into learned_due (learner, seq)
     select l.name, s.seq from session s join place p on p.id = s.place join learner l on l.domain = p.domain where s.seq = ?`,
  ).run(seq)
}

interface KeptLesson {
  readonly learner: string
  readonly rows: string
}

/**
 * What the session taught counts no more until it is brought back. A learner whose rows cannot be read forgets everything, and
 * learns it again from its sessions.
 */
export function setLessonsAside(db: Db, seq: number): void {
  switchLessons(db, seq, -1)
}

/** With the very rows that were taken back, so that all is as it was before. */
export function bringLessonsBack(db: Db, seq: number): void {
  switchLessons(db, seq, 1)
}

function switchLessons(db: Db, seq: number, sign: 1 | -1): void {
  const rows = db
    .prepare(
      `update lesson set aside = ? where aside <> ?1 and session = (select id from session where seq = ?) returning learner, rows`,
    )
    .all(sign === 1 ? 0 : 1, seq) as unknown as KeptLesson[]
  for (const { learner, rows: text } of rows) change(db, learner, text, sign)
}

function change(db: Db, learner: string, rows: string, sign: 1 | -1): void {
  const read = readRows(rows)
  if (read === null) return void clearLearned({ db }, { learner })
  applyRows(db, learner, read, sign)
  const next = nextRevision(db, learner)
  db.prepare('update learned_head set revision = ? where learner = ?').run(next, learner)
}

function readRows(text: string): readonly LearnedRow[] | null {
  try {
    const rows = JSON.parse(text) as unknown
    return Array.isArray(rows) ? (rows as readonly LearnedRow[]) : null
  } catch {
    return null
  }
}

/** Erases what a session taught, and what was set aside of learners that may have known of it. */
export function eraseLessons(db: Db, seq: number, session: string): void {
  const rows = db
    .prepare('delete from lesson where session = ? returning learner, aside, rows')
    .all(session) as unknown as (KeptLesson & { readonly aside: number })[]
  for (const { learner, aside, rows: text } of rows) if (aside === 0) change(db, learner, text, -1)
  for (const table of ['learned_due', 'learned_pass']) db.prepare(`delete from ${table} where seq = ?`).run(seq)
  db.prepare(`delete from quarantine where what = 'learned'`).run()
}

/** The learner is known from now on, and all sessions of the domain are due for it. */
export function registerLearner(
  { db }: Pick<CommitContext, 'db'>,
  { learner, domain }: { readonly learner: string; readonly domain: string },
): null {
  db.prepare(
    `insert into learner (name, domain, revision) values (?, ?, 0) on conflict do update set domain = excluded.domain`,
  ).run(learner, domain)
  db.prepare(
    `insert or ignore into learned_due (learner, seq)
     select ?1, s.seq from session s join place p on p.id = s.place
     where p.domain = ?2 and not exists (select 1 from lesson l where l.learner = ?1 and l.session = s.id)
       and not exists (select 1 from learned_pass q where q.learner = ?1 and q.seq = s.seq)`,
  ).run(learner, domain)
  return null
}

export interface PassedOver {
  readonly learner: string
  /** null: all that are due. */
  readonly sessions: readonly string[] | null
  readonly reason: string
}

export function passOver({ db }: CommitContext, { learner, sessions, reason }: PassedOver): null {
  if (sessions === null) {
    db.prepare(
      `insert or replace into learned_pass (learner, seq, reason) select learner, seq, ? from learned_due where learner = ?`,
    ).run(reason, learner)
    db.prepare('delete from learned_due where learner = ?').run(learner)
    return null
  }
  const find = db.prepare('select seq from session where id = ?')
  const note = db.prepare('insert or replace into learned_pass (learner, seq, reason) values (?, ?, ?)')
  const done = db.prepare('delete from learned_due where learner = ? and seq = ?')
  for (const id of sessions) {
    const row = find.get(id)
    if (!row) continue // erased meanwhile
    note.run(learner, Number(row['seq']), reason)
    done.run(learner, Number(row['seq']))
  }
  return null
}

export interface LearnedToClear {
  readonly learner: string
  /** What is known from then on, canonical JSON; null or absent: nothing. */
  readonly head?: string | null
}

export function clearLearned({ db }: Pick<CommitContext, 'db'>, { learner, head = null }: LearnedToClear): null {
  for (const table of ['learned_head', 'learned_row', 'lesson', 'learned_due', 'learned_pass']) {
    db.prepare(`delete from ${table} where learner = ?`).run(learner)
  }
  // Its revision stays, and nothing is due until it asks again.
  db.prepare(`update learner set domain = '' where name = ?`).run(learner)
  if (head === null) return null
  const next = nextRevision(db, learner)
  db.prepare('insert into learned_head (learner, revision, value) values (?, ?, ?)').run(learner, next, head)
  return null
}

export interface LearnedToSetAside {
  readonly learner: string
  readonly note: string
  readonly nowMs: number
}

/** As it lies there: whoever wants to know what was damaged can look. Without lessons, which are read from sessions again. */
export function setLearnedAside(context: CommitContext, { learner, note, nowMs }: LearnedToSetAside): null {
  const { db } = context
  const head = db.prepare('select revision, value from learned_head where learner = ?').get(learner) ?? null
  const rows = db.prepare('select grp, key, source, settings, count, kept, sum from learned_row where learner = ?')
  const body = Buffer.from(JSON.stringify({ head, rows: rows.all(learner) }))
  db.prepare(`insert into quarantine (at, what, key, note, body) values (?, 'learned', ?, ?, ?)`).run(
    nowMs,
    learner,
    note,
    body,
  )
  return clearLearned(context, { learner })
}
