/**
 * What each clip itself has shown: every settings value that was run on it, first tries and retries alike, and whether its
 * result was kept. Retries are remembered here and nowhere else, because only hard clips are tried again.
 */
import { type Candidate, type Configuration, defaultKey } from '#core/learnable.ts'
import { configurationKey } from './configuration.ts'
import { quantised, unit } from './evidence.ts'

export interface MemoryRow {
  readonly clip: string
  readonly key: string
  readonly settings: Configuration
  readonly value: number
  /** The person, or the pipeline, kept this result rather than another. */
  readonly kept: boolean
}

export interface Remembered {
  readonly settings: Configuration
  readonly count: number
  readonly kept: number
  /** Millionths. */
  readonly sum: number
}

/** By clip, by setting: the same key with other values is another setting on one and the same clip. */
export type ClipMemory = Map<string, Map<string, Remembered>>

/** Under which a setting is remembered of a clip. */
export const nameOf = (key: string, settings: Configuration) => `${key}: ${configurationKey(settings)}`

/** The key in a name by {@link nameOf}. */
export const keyOfName = (name: string, settings: Configuration) =>
  name.slice(0, name.length - nameOf('', settings).length)

export function remember(memory: ClipMemory, row: MemoryRow): void {
  change(memory, row, 1)
}

/** The exact inverse of {@link remember}. */
export function unremember(memory: ClipMemory, row: MemoryRow): void {
  change(memory, row, -1)
}

/** Whether the setting, with whatever values, was run on the clip. */
export function isRemembered(memory: ClipMemory, clip: string, key: string): boolean {
  for (const [name, { settings }] of memory.get(clip) ?? []) if (keyOfName(name, settings) === key) return true
  return false
}

function change(memory: ClipMemory, { clip, key, settings, value, kept }: MemoryRow, sign: 1 | -1): void {
  const known = memory.get(clip) ?? new Map<string, Remembered>()
  const name = nameOf(key, settings)
  const before = known.get(name) ?? { settings, count: 0, kept: 0, sum: 0 }
  const count = before.count + sign
  if (count > 0) {
    const keptCount = Math.max(0, before.kept + (kept ? sign : 0))
    known.set(name, { settings, count, kept: keptCount, sum: before.sum + sign * quantised(value) })
  } else known.delete(name)
  if (known.size > 0) memory.set(clip, known)
  else memory.delete(clip)
}

export interface Replay {
  readonly candidate: Candidate
  readonly runs: number
  /** Mean value on this clip. */
  readonly mean: number
  /** Of the default on this clip; null when it was never run on it. */
  readonly defaultMean: number | null
}

/**
 * The clip's own best settings whose result was kept, if they did better there than the default did, or than it is expected
 * to do where it never ran.
 *
 * @param expected of the default
 * @param effect by how much, at least
 */
export function replayOf(memory: ClipMemory, clip: string, expected: number, effect: number): Replay | null {
  let best: Replay | null = null
  let [runs, sum] = [0, 0]
  for (const [name, { settings, count, kept, sum: value }] of memory.get(clip) ?? []) {
    const key = keyOfName(name, settings)
    const mean = value / count / unit
    if (key === defaultKey) {
      runs += count
      sum += value
    } else if (kept > 0 && mean > (best?.mean ?? -1)) {
      best = { candidate: { key, settings }, runs: count, mean, defaultMean: null }
    }
  }
  if (best === null) return null
  const defaultMean = runs > 0 ? sum / runs / unit : null
  return best.mean >= (defaultMean ?? expected) + effect ? { ...best, defaultMean } : null
}
