/** What each task of care is to do: its plan, read from what a person or an older program wrote. */
import { isAbsolute, join } from 'node:path'
import type { BackupsToKeep, CareTask } from '#core/care-store.ts'
import { brief, fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { SessionQuery } from '#core/query.ts'
import { parseQuery } from '#core/query-text.ts'
import { whatToArchive } from '../archives.ts'

export interface BackupPlan {
  /** Absolute; null = `backups` in the data directory. */
  readonly folder: string | null
  readonly keep: BackupsToKeep
}

/** What can become of old sessions. */
export const retentionActions = ['archive', 'forget'] as const
export type RetentionAction = (typeof retentionActions)[number]

/** Sessions of a certain age and kind, and what becomes of them. */
export interface RetentionRule {
  /** As in the address of the session list: "project=demo&domain=gui&facet=rating:-1..-1". Empty = all sessions. */
  readonly query: string
  readonly olderThanDays: number
  readonly action: RetentionAction
}

export interface RetentionPlan {
  readonly rules: readonly RetentionRule[]
}

export interface PlanOf {
  readonly backup: BackupPlan
  /** Everything is checked, and nothing changed. */
  readonly verify: Readonly<Record<string, never>>
  readonly retention: RetentionPlan
  /** What came in since the last check is looked at. */
  readonly quality: Readonly<Record<string, never>>
}

const usualKeep: BackupsToKeep = { newest: 7, daily: 14, weekly: 8 }
const mostKept = 10_000
const mostRules = 50
const mostDays = 36_500

/** When a task is due that nobody gave a time: at night, and one after the other. */
export const usualTimes: Readonly<Record<CareTask, string>> = {
  backup: 'daily at 02:30',
  verify: 'weekly on sunday at 03:30',
  retention: 'daily at 04:30',
  quality: 'daily at 05:00',
}

/** The zone of this machine. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/**
 * Reads a plan; what is left out is as usual.
 *
 * @throws schedule.invalid naming the field
 */
export function readPlan<Task extends CareTask>(task: Task, given: JsonObject): PlanOf[Task] {
  const readers: { readonly [T in CareTask]: (given: JsonObject) => PlanOf[T] } = {
    backup: readBackup,
    verify: readNothing,
    retention: readRetention,
    quality: readNothing,
  }
  return readers[task](given)
}

function readBackup(given: JsonObject): BackupPlan {
  refuseOthers(given, ['folder', 'keep'])
  const { folder = null, keep = {} } = given
  if (folder !== null && (typeof folder !== 'string' || !isAbsolute(folder) || folder.length > 4096)) {
    throw invalid('an absolute path, or null', folder, 'plan.folder')
  }
  if (!isJsonObject(keep)) throw invalid('an object', keep, 'plan.keep')
  refuseOthers(keep, ['newest', 'daily', 'weekly'], 'plan.keep.')
  const count = (name: keyof BackupsToKeep, least: number) =>
    readInteger(keep[name] ?? usualKeep[name], least, mostKept, `plan.keep.${name}`)
  return { folder, keep: { newest: count('newest', 1), daily: count('daily', 0), weekly: count('weekly', 0) } }
}

function readNothing(given: JsonObject): Readonly<Record<string, never>> {
  refuseOthers(given, [])
  return {}
}

function readRetention(given: JsonObject): RetentionPlan {
  refuseOthers(given, ['rules'])
  const { rules } = given
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > mostRules) {
    throw invalid(`1 to ${mostRules} rules`, rules ?? null, 'plan.rules')
  }
  return { rules: rules.map((rule: Json, i) => readRule(rule, `plan.rules.${i}`)) }
}

function readRule(given: Json, where: string): RetentionRule {
  if (!isJsonObject(given)) throw invalid('an object', given, where)
  refuseOthers(given, ['query', 'olderThanDays', 'action'], `${where}.`)
  const { query = '', olderThanDays = null, action = null } = given
  if (typeof query !== 'string' || query.length > 2000) throw invalid('a query', query, `${where}.query`)
  const known = retentionActions.find((name) => name === action)
  if (known === undefined) throw invalid(`one of ${retentionActions.join(', ')}`, action, `${where}.action`)
  const days = readInteger(olderThanDays, 1, mostDays, `${where}.olderThanDays`)
  const rule: RetentionRule = { query, olderThanDays: days, action: known }
  queryOf(rule, 0)
  return rule
}

function readInteger(value: Json, least: number, most: number, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(`an integer from ${least} to ${most}`, value, where)
}

function refuseOthers(given: JsonObject, known: readonly string[], place = 'plan.'): void {
  const other = Object.keys(given).find((name) => !known.includes(name))
  // A typing error must not mean "as usual".
  if (other !== undefined)
    throw invalid(known.length > 0 ? `one of ${known.join(', ')}` : 'nothing', other, `${place}${other}`)
}

const invalid = (expected: string, found: Json, where: string) =>
  fault('schedule.invalid', { expected, found: brief(found), where })

/** The sessions that a rule is about at a moment. @throws query.invalid */
export function queryOf({ query, olderThanDays }: RetentionRule, nowMs: number): SessionQuery {
  const what = whatToArchive({ query: parseQuery(query), olderThanDays }, nowMs)
  if ('query' in what) return what.query
  throw new Error('a rule is never about a dataset')
}

export const backupFolder = (dataDir: string, { folder }: BackupPlan): string => folder ?? join(dataDir, 'backups')
