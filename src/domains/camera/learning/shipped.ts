/**
 * What came of sessions that were run before this version was given out: evidence to begin with on a machine that has none,
 * capped like a stranger's, and to return to. `shipped.json` is written by `bench/replay/ship.ts`, and holds counts alone.
 */
import { defaultKey } from '#core/learnable.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import type { EngineName } from '../engines/engine.ts'
import { changeOf } from './candidates.ts'
import { prefixes } from './levels.ts'
import shipped from './shipped.json' with { type: 'json' }

export const shippedSource = 'shipped'

export interface ShippedEvidence {
  readonly engine: EngineName
  /** Levels that hold several clips: what is known of one clip is nobody else's. */
  readonly level: string
  readonly key: string
  readonly sessions: number
  /** Of them, those whose solve was kept. */
  readonly kept: number
  /** Of their values, in millionths. */
  readonly sum: number
}

export interface ShippedFile {
  readonly format: 'hindsight-shipped-evidence'
  readonly version: 1
  /** How the sessions were run, in a sentence. */
  readonly about: string
  readonly evidence: readonly ShippedEvidence[]
}

const isLevel = (level: string) =>
  level === prefixes.all || level.startsWith(prefixes.footage) || level.startsWith(prefixes.motion)

/** Rows of one engine. Names of settings that this version does not offer are left out. */
export function shippedRows(engine: EngineName, file: ShippedFile = shipped as ShippedFile): readonly LearnedRow[] {
  return file.evidence
    .filter((row) => row.engine === engine && row.sessions > 0 && isLevel(row.level))
    .filter(({ key }) => key === defaultKey || changeOf(key) !== null)
    .map(({ level, key, sessions, kept, sum }) => {
      return { group: level, key, source: shippedSource, settings: null, count: sessions, kept, sum }
    })
}
