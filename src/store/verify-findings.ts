/** What verify finds, and what could be done about it. */
import type { FaultCode } from '#core/fault-codes.ts'
import type { FaultDetail } from '#core/faults.ts'
import type { DataPaths } from './data-dir.ts'
import type { Database } from './sqlite-driver.ts'

export type RepairAction =
  | { readonly type: 'row'; readonly what: 'session' | 'edit'; readonly seq: number }
  | { readonly type: 'file'; readonly path: string; readonly name: string }
  | { readonly type: 'index' }

export interface Finding {
  readonly step: string
  readonly code: FaultCode
  readonly detail: FindingDetail
  /** Ids of sessions that are touched, at most {@link maxSessions}. */
  readonly sessions: readonly string[]
  readonly action: RepairAction | null
}

export interface StepResult {
  readonly name: string
  readonly checked: number
  readonly faults: number
  readonly durationMs: number
}

export interface Findings {
  readonly steps: readonly StepResult[]
  readonly findings: readonly Finding[]
  readonly orphans: { readonly blobs: number; readonly bytes: number }
}

/** A store that is damaged all over must not fill the memory with the news of it. */
export const maxFindings = 10_000
export const maxSessions = 1_000

/** Findings cross a thread, so they carry no cause. */
export type FindingDetail = Omit<FaultDetail, 'cause'>

/** What each step of verify is given. */
export interface StepContext {
  readonly db: Database
  readonly paths: DataPaths
  find(code: FaultCode, detail: FindingDetail, sessions?: readonly string[], action?: RepairAction): void
  progress(done: number, unit: string): void
  orphan(bytes: number): void
}
