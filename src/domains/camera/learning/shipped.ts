/**
 * What came of sessions that were run before this version was given out: something to begin with on a machine that has none,
 * and to return to. `shipped.json` is written by `bench/replay/ship.ts`, and holds counts alone.
 *
 * No value of a session is among it: those were small drawn clips, and against what is easier or harder footage than theirs
 * anything would look good or bad. What a try adds on one and the same clip can be compared everywhere.
 */
import { defaultKey, furtherGroup } from '#core/learnable.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import type { EngineName } from '../engines/engine.ts'
import { changeOf } from './candidates.ts'
import { prefixes } from './levels.ts'
import shipped from './shipped.json' with { type: 'json' }

export const shippedSource = 'shipped'

/** A setting as a further try, after the default and those before it. */
export interface ShippedTry {
  readonly engine: EngineName
  readonly key: string
  /** Clips on which it was tried. */
  readonly tries: number
  /** Of them, those whose best it was. */
  readonly kept: number
  /** Of what it added to the best, in millionths of a session's value. */
  readonly sum: number
}

/** What is recommended before the first session, and why. */
export interface ShippedFinding {
  readonly engine: EngineName
  readonly clips: number
  readonly sessions: number
  readonly recommended: string
  /** Mean of the recommended setting's sessions, 0 to 1. */
  readonly value: number
  /**
   * The best of the others over all clips, and its lead in the mean. The interval holds the lead that the best of a sample of
   * clips has on the others, nine times in ten.
   */
  readonly next: { readonly key: string; readonly lead: number; readonly interval: readonly [number, number] }
}

export interface ShippedFile {
  readonly format: 'hindsight-shipped-evidence'
  readonly version: 2
  /** How the sessions were run, in a sentence. */
  readonly about: string
  readonly found: readonly ShippedFinding[]
  readonly further: readonly ShippedTry[]
}

/** Rows of one engine. Names of settings that this version does not offer are left out. */
export function shippedRows(
  engine: EngineName,
  file: Pick<ShippedFile, 'further'> = shipped as unknown as ShippedFile,
): readonly LearnedRow[] {
  return file.further
    .filter(({ engine: of, key, tries }) => of === engine && tries > 0 && key !== defaultKey && changeOf(key) !== null)
    .map(({ key, tries, kept, sum }) => {
      return { group: furtherGroup(prefixes.all), key, source: shippedSource, settings: null, count: tries, kept, sum }
    })
}

/** What is recommended before the first session, and why; null where nothing was run with the engine. */
export function shippedInWords(
  engine: EngineName,
  file: Pick<ShippedFile, 'found'> = shipped as unknown as ShippedFile,
): string | null {
  const found = file.found.find((one) => one.engine === engine)
  if (found === undefined) return null
  const { clips, sessions, recommended, next } = found
  const [low, high] = next.interval.map((lead) => lead.toFixed(3))
  return (
    `By ${sessions} sessions of ${clips} drawn clips, ${recommended === defaultKey ? 'the default' : recommended} is used: ` +
    `the best other setting of a part of them leads on the rest by ${low} to ${high} of 1.`
  )
}
