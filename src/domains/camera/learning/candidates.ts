/**
 * Which settings may be tried in place of the default: each differs from it in one to four of the five settings.
 *
 * A candidate is named by how it differs, "model=Loc pattern=0.75": sizes and the threshold as shares of the default's, which
 * grow with the picture and with the motion, so that one name means the same for all footage and for both engines. Each
 * value occurs in several candidates, alone and with others: what is seen of one says something of the rest.
 */
import { type Candidate, type Configuration, defaultKey } from '#core/learnable.ts'
import { nearestLegal, type SettingsSpace } from '#core/settings-space.ts'
import type { MotionModel } from '#vision/kernel.ts'

/** The five settings that are learned, as a learner sees them. */
export interface TrackingConfiguration extends Configuration {
  readonly patternSize: number
  readonly searchSize: number
  readonly correlation: number
  readonly threshold: number
  readonly motionModel: MotionModel
}

/** How a candidate differs from the default; what is absent is as there. */
export interface Change {
  readonly model?: MotionModel
  /** Of the default's side. */
  readonly pattern?: number
  /** Of the default's side. */
  readonly search?: number
  /** As it is: it has no scale. */
  readonly correlation?: number
  /** Of the default's. */
  readonly threshold?: number
}

/** In this order the parts of a key stand. */
const names = ['model', 'pattern', 'search', 'correlation', 'threshold'] as const

const alone: readonly Change[] = [
  { model: 'Loc' },
  { model: 'LocRot' },
  { model: 'LocRotScale' },
  { model: 'Perspective' },
  { pattern: 0.55 },
  { pattern: 0.75 },
  { pattern: 1.2 },
  { search: 0.7 },
  { search: 1.45 },
  { correlation: 0.6 },
  { correlation: 0.85 },
  { threshold: 0.25 },
  { threshold: 4 },
  { threshold: 16 },
]

/** For soft and fast, for sharp, for bare, and for steep footage: which model goes with them is not known before. */
const together: readonly Change[] = [
  { pattern: 1.2, search: 1.45, correlation: 0.6 },
  { pattern: 0.75, correlation: 0.85 },
  { pattern: 1.2, threshold: 0.25 },
  { correlation: 0.85, threshold: 4 },
]

const changes: readonly Change[] = [
  ...alone,
  ...(['Loc', 'LocRotScale'] as const).flatMap((model) =>
    alone.filter((change) => change.model === undefined).map((change) => ({ ...change, model })),
  ),
  ...together.flatMap((change) => [
    change,
    { ...change, model: 'Loc' as const },
    { ...change, model: 'LocRotScale' as const },
  ]),
  { pattern: 0.75, search: 0.7 },
]

export const keyOfChange = (change: Change): string =>
  names.flatMap((name) => (change[name] === undefined ? [] : [`${name}=${change[name]}`])).join(' ')

const known: ReadonlyMap<string, Change> = new Map(changes.map((change) => [keyOfChange(change), change]))

/** Names of everything that may be tried. */
export const candidateKeys: readonly string[] = [...known.keys()]

/** What a key stands for; null of a key that is none of ours. The default changes nothing. */
export const changeOf = (key: string): Change | null => (key === defaultKey ? {} : (known.get(key) ?? null))

/**
 * Everything that may be tried, legal and different from the default and from one another.
 *
 * @param base the default in this situation
 */
export function candidates(base: TrackingConfiguration, space: SettingsSpace): readonly Candidate[] {
  const taken = new Set([textOf(base)])
  return [...known].flatMap(([key, change]) => {
    const settings = changed(base, change, space)
    const text = textOf(settings)
    if (taken.has(text)) return []
    taken.add(text)
    return [{ key, settings }]
  })
}

/**
 * Under which name settings are known that somebody used.
 *
 * @returns null when they are neither the default nor a candidate
 */
export function keyOf(used: TrackingConfiguration, base: TrackingConfiguration, space: SettingsSpace): string | null {
  const text = textOf(used)
  if (text === textOf(base)) return defaultKey
  return candidates(base, space).find(({ settings }) => textOf(settings as TrackingConfiguration) === text)?.key ?? null
}

export const textOf = (settings: TrackingConfiguration): string =>
  [
    settings.patternSize,
    settings.searchSize,
    settings.correlation,
    Number(settings.threshold.toPrecision(6)),
    settings.motionModel,
  ].join(' ')

/** The search window keeps room around the pattern. */
export function changed(base: TrackingConfiguration, change: Change, space: SettingsSpace): TrackingConfiguration {
  const legal = (name: keyof TrackingConfiguration, value: number): number => {
    const dimension = space[name]
    return dimension === undefined ? value : Number(nearestLegal(dimension, value))
  }
  const { pattern = 1, search = 1, threshold = 1 } = change
  const patternSize = pattern === 1 ? base.patternSize : legal('patternSize', Math.round(base.patternSize * pattern))
  const asked = search === 1 ? base.searchSize : Math.round(base.searchSize * search)
  return {
    patternSize,
    searchSize: search === 1 ? base.searchSize : legal('searchSize', Math.max(asked, patternSize + roomPx)),
    correlation: change.correlation ?? base.correlation,
    threshold:
      threshold === 1 ? base.threshold : legal('threshold', Number((base.threshold * threshold).toPrecision(6))),
    motionModel: change.model ?? base.motionModel,
  }
}

const roomPx = 10
