/**
 * Under which name a session's settings are known. A policy's choice is bent by what the person said of the footage before it
 * is used, so a name stands for what was chosen, and settings are compared as they are used.
 *
 * Settings that no policy chose (a person's, those of other software) have a name of the same kind, by the nearest of a few
 * values each: like settings of many people then speak of one thing. What is kept beside the name is what was really used.
 */
import { type Candidate, type Configuration, defaultKey } from '#core/learnable.ts'
import { isLegal, nearestLegal, type SettingsSpace } from '#core/settings-space.ts'
import { asChosen, asUsed } from '../pipeline/plan-attempt.ts'
import { settingsBySize, usualSettings } from '../policies/defaults.ts'
import type { TrackingChoice } from '../policies/policy.ts'
import { legalSettings, settingsSpace } from '../settings-space.ts'
import type { FootageType, MotionModel } from '../terms.ts'
import { motionModels } from '../terms.ts'
import { changesByRegion } from './by-region.ts'
import { type Change, candidates, changed, keyOfChange, type TrackingConfiguration, textOf } from './candidates.ts'
import type { Known } from './known.ts'

export const spaceOf = ({ learnedFor, widthPx }: Known): SettingsSpace => settingsSpace(learnedFor, widthPx)

export function configurationOf({ tracker, corners }: TrackingChoice): TrackingConfiguration {
  const { patternSize, searchSize, correlation, motionModel } = tracker
  return { patternSize, searchSize, correlation, threshold: corners.threshold, motionModel }
}

/** What is used when nothing is learned. */
export function baseOf(known: Known): TrackingConfiguration {
  const choice = usualSettings(known.learnedFor, known.widthPx, known.probe?.searchSizePx ?? null)
  return configurationOf(legalSettings(choice, spaceOf(known)))
}

/** What a policy would choose that wants these settings; what they leave open is as by default, for their pattern. */
export function choiceOf(configuration: Configuration, { learnedFor, widthPx }: Known): TrackingChoice {
  const { patternSize, searchSize, correlation, threshold, motionModel } = configuration as TrackingConfiguration
  const five = { patternSize, searchSize, correlation, threshold, motionModel }
  const trackerFor = (some: TrackingConfiguration) => {
    const { threshold: _, ...tracker } = some
    return settingsBySize(learnedFor, widthPx, tracker)
  }
  const choice = trackerFor(five)
  const space = settingsSpace(learnedFor, widthPx)
  const others = [...changesByRegion(configuration)].map(
    ([region, change]) => [region, trackerFor(changed(five, change, space)).tracker] as const,
  )
  const chosen = { ...choice, corners: { ...choice.corners, threshold } }
  return others.length === 0 ? chosen : { ...chosen, regions: Object.fromEntries(others) }
}

/** What the person said of the footage. */
export interface Said {
  readonly footage: FootageType
  readonly robust: boolean
}

/**
 * @param used as recorded
 * @param chosen what a learner says that it chose; null where none did
 */
export function nameOf(used: TrackingConfiguration, known: Known, said: Said, chosen: Candidate | null): Candidate {
  const base = baseOf(known)
  const { learnedFor } = known
  const text = textOf(used)
  const all = [...(chosen === null ? [] : [chosen]), { key: defaultKey, settings: base }]
  for (const candidate of [...all, ...candidates(base, spaceOf(known))]) {
    const asIs = configurationOf(asUsed(choiceOf(candidate.settings, known), learnedFor, known, said))
    if (textOf(asIs) === text) return candidate
  }
  const settings = configurationOf(asChosen(choiceOf(used, known), learnedFor, known, said))
  return { key: keyOfChange(nearestChange(settings, base)) || nearDefaultKey, settings }
}

/** Of settings that differ from the default by so little that no name says it. */
export const nearDefaultKey = 'near the default'

/** Values that names are made of; those of the candidates are among them. */
const steps = {
  pattern: [0.4, 0.55, 0.75, 1, 1.2, 1.5, 2, 2.6],
  search: [0.35, 0.5, 0.7, 1, 1.45, 2, 2.8],
  correlation: [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95],
  threshold: [1 / 64, 1 / 16, 0.25, 1, 4, 16, 64, 256, 1024],
} as const

function nearestChange(settings: TrackingConfiguration, base: TrackingConfiguration): Change {
  const pattern = nearest(steps.pattern, settings.patternSize / base.patternSize)
  const search = nearest(steps.search, settings.searchSize / base.searchSize)
  const correlation = nearest(steps.correlation, settings.correlation)
  const threshold = nearest(steps.threshold, settings.threshold / base.threshold)
  return {
    ...(settings.motionModel === base.motionModel ? {} : { model: settings.motionModel }),
    ...(pattern === 1 ? {} : { pattern }),
    ...(search === 1 ? {} : { search }),
    ...(correlation === nearest(steps.correlation, base.correlation) ? {} : { correlation }),
    ...(threshold === 1 ? {} : { threshold }),
  }
}

/** By the factor between them. */
const nearest = (values: readonly number[], value: number): number =>
  values.reduce((best, one) => (Math.abs(Math.log(one / value)) < Math.abs(Math.log(best / value)) ? one : best))

/** "model=Loc pattern=0.75" back to how it differs from the default; null for what is no such name. */
export function changeNamed(key: string): Change | null {
  const change: { -readonly [K in keyof Change]: Change[K] } = {}
  for (const part of key.split(' ')) {
    const [name = '', word = ''] = part.split('=')
    const value = Number(word)
    if (name === 'model') {
      const model = motionModels.find((one): one is MotionModel => one === word)
      if (model === undefined) return null
      change.model = model
    } else if (Object.hasOwn(steps, name) && value > 0 && Number.isFinite(value)) {
      change[name as keyof typeof steps] = value
    } else return null
  }
  return keyOfChange(change) === key ? change : null
}

/** Settings of this name in a situation; null for a name that is none, or the default's. */
export function candidateNamed(key: string, known: Known): Candidate | null {
  const change = changeNamed(key)
  return change === null ? null : { key, settings: changed(baseOf(known), change, spaceOf(known)) }
}

/**
 * The five settings of a record, windows with a middle: AutoSolve's tables hold even sizes, which it made odd.
 *
 * @returns null where one is missing; `'illegal'` where one is outside of what may be chosen
 */
export function usedOf(
  values: { readonly [K in keyof TrackingConfiguration]?: unknown },
  space: SettingsSpace,
): TrackingConfiguration | null | 'illegal' {
  const { patternSize, searchSize, correlation, threshold, motionModel } = values
  const five = { patternSize, searchSize, correlation, threshold, motionModel }
  const used: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(five)) {
    const dimension = space[name]
    if (value === undefined || value === null || dimension === undefined) return null
    const legal = nearestLegal(dimension, value)
    const isOddSize = dimension.type === 'number' && dimension.odd && typeof value === 'number'
    const fits = isLegal(dimension, value) || (isOddSize && Math.abs(Number(legal) - value) <= 1)
    if (!fits) return 'illegal'
    used[name] = legal
  }
  const { patternSize: pattern, searchSize: search } = used as { patternSize: number; searchSize: number }
  return search < pattern ? 'illegal' : (used as unknown as TrackingConfiguration)
}
