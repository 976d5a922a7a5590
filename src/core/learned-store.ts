/**
 * The seam to what was learned from sessions. Whatever a promise here resolves with is durable, as in store.ts.
 */
import type { JsonObject } from './json.ts'
import type { DomainName } from './session.ts'

/** A count of what was seen of one setting, under one group: a level, or a clip. */
export interface LearnedRow {
  readonly group: string
  readonly key: string
  readonly source: string
  /** What the key stands for, where it differs from group to group; null where the key says it all. */
  readonly settings: JsonObject | null
  readonly count: number
  readonly kept: number
  /** Millionths. */
  readonly sum: number
}

/** What one session taught: rows to add, which taken back leave exactly what was there before. */
export interface Lesson {
  /** Its id; of what is no session, a name that no session has. */
  readonly session: string
  readonly project: string
  /** Whose it is, for counts: "own", "person", "import". */
  readonly source: string
  /** Each with a count of 1, or of several where it sums up what others have seen. */
  readonly rows: readonly LearnedRow[]
  /** What is shown of it: features, value and its parts. */
  readonly about: JsonObject
}

export interface LearnedHead {
  /** Grows with every change. */
  readonly revision: number
  readonly value: JsonObject
}

/** One change of what a learner knows. */
export interface LearnedChange {
  /** That the head had when it was read; 0 when there was none. */
  readonly revision: number
  readonly head: JsonObject
  readonly learn?: Lesson
  /** How many edits of the session the lesson knows of: where there are more by now, the session stays due. */
  readonly edits?: number
  /** Session whose lesson is taken back, before anything is learned. */
  readonly unlearn?: string
}

/** How many sessions a learner looked at, and what became of them. */
export interface LearnedTally {
  /** Those that taught, by source. */
  readonly taught: Readonly<Record<string, number>>
  /** Those that were passed over, by reason. */
  readonly passed: Readonly<Record<string, number>>
  /** Those that it has not looked at. */
  readonly due: number
}

/**
 * What was learned from sessions, by learner: derived, thrown away and made again from them at will. It is kept true by the
 * store itself: what a session taught goes with it when it is erased or set aside, and comes back with it.
 */
export interface LearnedStore {
  /** null when nothing was learned. @throws record.corrupt */
  head(learner: string): Promise<LearnedHead | null>
  /** @throws record.corrupt */
  rows(learner: string, groups: readonly string[]): Promise<readonly LearnedRow[]>
  /** All groups that begin so ("footage/"), for a summary. @throws record.corrupt */
  rowsBeneath(learner: string, prefix: string): Promise<readonly LearnedRow[]>
  /**
   * All or nothing. A lesson of a session that taught already is left out, and so are that of one which is set aside or erased,
   * and the removal of one that did not teach.
   *
   * @returns null when the head has moved on since: read it again, and decide again
   */
  commit(
    learner: string,
    change: LearnedChange,
  ): Promise<{ readonly revision: number; readonly learned: boolean } | null>
  /** The lesson of a session; null when it did not teach. */
  lesson(learner: string, session: string): Promise<Lesson | null>
  /** In the order they were learned; without those that are set aside. @param newest only so many, the newest first */
  lessons(learner: string, newest?: number): AsyncIterable<Lesson>
  /** How many sessions taught. */
  count(learner: string): Promise<number>
  /** As far as `pending` was ever asked. */
  tally(learner: string): Promise<LearnedTally>
  /**
   * Sessions of a domain that the learner has not looked at, or that were edited since it did, oldest first; at most `limit`.
   */
  pending(learner: string, domain: DomainName, limit: number): Promise<readonly string[]>
  /** Notes that sessions were looked at and say nothing, and why; `all`: every session that there is by now. */
  passOver(learner: string, sessions: readonly string[] | 'all', reason: string): Promise<void>
  /**
   * Forgets everything that the learner knows and has looked at, all or nothing.
   *
   * @param head what it knows from then on; absent: nothing
   */
  clear(learner: string, head?: JsonObject): Promise<void>
  /** As `clear`, but what is kept of the head and the rows goes to quarantine first, damaged as it may be. */
  setAside(learner: string, note: string): Promise<void>
}
