/** What the last training found of each part of the picture. */
import { isJsonObject } from '#core/json.ts'
import type { RegionFinding } from '#domains/camera/learning/examples/region-findings.ts'
import type { Engine } from '../engine.ts'
import { readTrained } from './model-files.ts'
import { trainDue } from './train-due.ts'

export interface RegionReport {
  /** UTC; null: nothing was trained yet. */
  readonly trainedAt: string | null
  readonly findings: readonly RegionFinding[]
  /** Camera sessions that there are, and how many there must be for models to be trained anew by themselves. */
  readonly sessions: number
  readonly dueFrom: number
}

export async function regionReport(engine: Pick<Engine, 'store' | 'dataDir'>): Promise<RegionReport> {
  const { sessions, dueFrom } = await trainDue(engine)
  const trained = await readTrained(engine.dataDir)
  const { trainedAt, findings } = trained ?? {}
  const known = Array.isArray(findings) ? findings.filter(isFinding) : []
  return { trainedAt: typeof trainedAt === 'string' ? trainedAt : null, findings: known, sessions, dueFrom }
}

const isFinding = (value: unknown): value is RegionFinding =>
  isJsonObject(value as never) && typeof (value as { readonly sentence?: unknown }).sentence === 'string'
