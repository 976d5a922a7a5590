/** The settings of an attempt: what a policy chose, bent by what the person said of the footage, never over what they set by hand. */
import type { Choice } from '#core/policy.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineName } from '../engines/engine.ts'
import type { Situation, TrackingChoice, TrackingPolicy } from '../policies/policy.ts'
import { legalSettings, settingsSpace } from '../settings-space.ts'
import type { FootageType } from '../terms.ts'
import type { AttemptSettings, PipelineRequest, Preset } from './attempt.ts'
import { frozen } from './frozen.ts'

interface PresetRule {
  /** Times the tracks that the policy wants alive. */
  readonly countScale: number
  readonly retries: number
  readonly minLifespanFrames: number
}

export const presetRules: Readonly<Record<Preset, PresetRule>> = {
  fast: { countScale: 0.6, retries: 1, minLifespanFrames: 5 },
  balanced: { countScale: 1, retries: 2, minLifespanFrames: 4 },
  quality: { countScale: 1.4, retries: 4, minLifespanFrames: 4 },
}

/** What a kind of footage asks for, over the policy's choice. */
interface Bend {
  readonly searchScale?: number
  readonly patternScale?: number
  readonly correlationOffset?: number
  readonly thresholdScale?: number
  readonly countScale?: number
  readonly monitorFrames?: number
  readonly rejectNonRigid?: true
  readonly tripod?: true
}

export const footageBends: Readonly<Record<FootageType, Bend>> = {
  auto: {},
  // Plain walls: weak corners are all there is.
  indoor: { thresholdScale: 0.5 },
  // Leaves, water, people.
  outdoor: { rejectNonRigid: true },
  drone: { searchScale: 1.15, rejectNonRigid: true },
  handheld: { searchScale: 1.25, monitorFrames: 5 },
  action: { searchScale: 1.5, correlationOffset: -0.05, monitorFrames: 5 },
  // Smooth motion: what does not match well is wrong.
  gimbal: { correlationOffset: 0.03 },
  // Markers on a screen: few and outstanding, among people who move.
  vfx: { countScale: 1.25, thresholdScale: 2, rejectNonRigid: true },
  tripod: { correlationOffset: 0.03, tripod: true },
}
const robustBend: Bend = {
  patternScale: 1.4,
  searchScale: 1.4,
  correlationOffset: -0.15,
  thresholdScale: 0.5,
  monitorFrames: 5,
}
const usualMonitorFrames = 10

export interface Planner {
  readonly engine: EngineName
  readonly info: ClipInfo
  readonly request: PipelineRequest
  readonly policy: TrackingPolicy
}

/** The first try, by the rule. */
export function firstChoice(
  planner: Planner,
  probe: Situation['probe'],
  rng: Parameters<TrackingPolicy['choose']>[1],
): Choice<AttemptSettings> {
  return madeReady(planner, planner.policy.choose(firstSituation(planner, probe), rng))
}

/** What is known before the first try. */
export const firstSituation = ({ engine, info, request }: Planner, probe: Situation['probe']): Situation => ({
  engine,
  info,
  footage: request.footage,
  probe,
  before: null,
})

/** What was chosen, bent by what the person said, and never over what they set by hand. */
export function madeReady({ engine, info, request }: Planner, chosen: Choice<TrackingChoice>): Choice<AttemptSettings> {
  const { footage, robust, preset } = request
  const bends = bendsOf(footage, robust)
  const ready = (choice: TrackingChoice) =>
    finish(bends.reduce(bent, scaled(choice, presetRules[preset].countScale)), engine, info, request)
  const { tracker, corners, regions = {} } = chosen.settings
  const byRegion = Object.entries(regions).map(
    ([region, own]) => [region, ready({ tracker: own, corners }).tracker] as const,
  )
  const words = [
    chosen.reason,
    ...(footage === 'auto' ? [] : [`${footage} footage`]),
    ...(robust ? ['robust'] : []),
    ...(preset === 'balanced' ? [] : [`${preset} preset`]),
  ]
  const settings: AttemptSettings = {
    ...ready({ tracker, corners }),
    ...(byRegion.length === 0 ? {} : { regions: Object.fromEntries(byRegion) }),
    robust,
    smoothing: request.smoothing,
    minLifespanFrames: presetRules[preset].minLifespanFrames,
    monitorFrames: Math.min(
      usualMonitorFrames,
      ...bends.map(({ monitorFrames = usualMonitorFrames }) => monitorFrames),
    ),
    heal: true,
    rejectNonRigid: bends.some(({ rejectNonRigid = false }) => rejectNonRigid),
    avoidRegions: [],
    cutFrames: [],
    solve: bends.some(({ tripod = false }) => tripod) ? { ...request.solve, motion: 'tripod' } : request.solve,
  }
  return signed({ ...chosen, settings, reason: words.join('; ') }, request)
}

const bendsOf = (footage: FootageType, robust: boolean): readonly Bend[] => [
  footageBends[footage],
  ...(robust ? [robustBend] : []),
]

/** What an attempt uses of a choice where nobody sets anything by hand. */
export function asUsed(
  choice: TrackingChoice,
  engine: EngineName,
  info: Pick<ClipInfo, 'widthPx'>,
  said: { readonly footage: FootageType; readonly robust: boolean },
): TrackingChoice {
  const preferred = bendsOf(said.footage, said.robust).reduce(bent, choice)
  return finish(preferred, engine, info, { chosen: { tracker: {}, corners: {} } })
}

/** The choice that was used as this, as nearly as can be told: the way back from {@link asUsed}. */
export function asChosen(
  used: TrackingChoice,
  engine: EngineName,
  info: Pick<ClipInfo, 'widthPx'>,
  said: { readonly footage: FootageType; readonly robust: boolean },
): TrackingChoice {
  const chosen = bendsOf(said.footage, said.robust).map(straightening).reduce(bent, used)
  return finish(chosen, engine, info, { chosen: { tracker: {}, corners: {} } })
}

const straightening = (bend: Bend): Bend => {
  const { patternScale = 1, searchScale = 1, correlationOffset = 0, thresholdScale = 1, countScale = 1 } = bend
  return {
    patternScale: 1 / patternScale,
    searchScale: 1 / searchScale,
    correlationOffset: -correlationOffset,
    thresholdScale: 1 / thresholdScale,
    countScale: 1 / countScale,
  }
}

/** What the person set stands, and the rest is made legal. */
export function finish(
  choice: TrackingChoice,
  engine: EngineName,
  info: Pick<ClipInfo, 'widthPx'>,
  { chosen }: Pick<PipelineRequest, 'chosen'>,
): TrackingChoice {
  const legal = legalSettings(choice, settingsSpace(engine, info.widthPx))
  const tracker = { ...legal.tracker, ...chosen.tracker }
  // A window that was chosen for another pattern may be too small for the one that the person set.
  const searchSize = Math.max(tracker.searchSize, chosen.tracker.searchSize ?? tracker.patternSize + 2)
  return { tracker: { ...tracker, searchSize }, corners: { ...legal.corners, ...chosen.corners } }
}

/** Says which settings the person set; then nobody can tell how likely the whole was. */
export function signed(choice: Choice<AttemptSettings>, { chosen }: PipelineRequest): Choice<AttemptSettings> {
  const corners = Object.keys(chosen.corners).map((name) => (name === 'count' ? 'tracks' : name))
  const names = [...Object.keys(chosen.tracker), ...corners]
  const settings = frozen(choice.settings)
  if (names.length === 0) return frozen({ ...choice, settings })
  const reason = `${names.join(', ')} as the person asked; the rest ${choice.reason}`
  return frozen({ ...choice, settings, reason, propensity: null })
}

function scaled({ tracker, corners }: TrackingChoice, count: number): TrackingChoice {
  return { tracker, corners: { ...corners, count: corners.count * count } }
}

function bent({ tracker, corners }: TrackingChoice, bend: Bend): TrackingChoice {
  const { patternScale = 1, searchScale = 1, correlationOffset = 0, thresholdScale = 1, countScale = 1 } = bend
  return {
    tracker: {
      ...tracker,
      patternSize: tracker.patternSize * patternScale,
      searchSize: tracker.searchSize * searchScale,
      correlation: tracker.correlation + correlationOffset,
    },
    corners: { ...corners, threshold: corners.threshold * thresholdScale, count: corners.count * countScale },
  }
}
