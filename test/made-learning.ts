/**
 * Sessions as runs of the built-in engine would have left them while a learner chose: made up, but chosen by the real learner on
 * what came of the ones before. What settings bring is stated here, so that tests know the truth.
 */
import type { JsonObject } from '#core/json.ts'
import { isExperience } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import type { AnySession } from '#core/session.ts'
import type { Store } from '#core/store.ts'
import { lessonsByName } from '#engine/learning/learners.ts'
import { sealed } from '#engine/learning/signed-decision.ts'
import { type AnchoredChoice, createAnchoredPolicy, type Source } from '#learn/choice/anchored.ts'

export const madeLearner = 'camera/embedded'
/** Does much better than the default on soft footage, and worse on sharp. */
export const goodOnSoft = 'pattern=1.2 threshold=0.25'

interface Kind {
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
  readonly motionClass: 'low' | 'medium' | 'high'
  readonly textureClass: 'low' | 'high'
  readonly footageType: string
  readonly brightness: number
}

const kinds: readonly Kind[] = [
  {
    widthPx: 1920,
    heightPx: 1080,
    fps: 24,
    motionClass: 'medium',
    textureClass: 'low',
    footageType: 'indoor',
    brightness: 0.12,
  },
  {
    widthPx: 1920,
    heightPx: 1080,
    fps: 30,
    motionClass: 'high',
    textureClass: 'high',
    footageType: 'action',
    brightness: 0.5,
  },
  {
    widthPx: 1280,
    heightPx: 720,
    fps: 24,
    motionClass: 'low',
    textureClass: 'high',
    footageType: 'tripod',
    brightness: 0.45,
  },
  {
    widthPx: 3840,
    heightPx: 2160,
    fps: 60,
    motionClass: 'medium',
    textureClass: 'low',
    footageType: 'drone',
    brightness: 0.6,
  },
]

/** The chance of success. */
const chanceOf = ({ textureClass }: Kind, key: string): number => {
  const isSoft = textureClass === 'low'
  if (key === goodOnSoft) return isSoft ? 0.92 : 0.55
  return key === 'default' ? (isSoft ? 0.3 : 0.85) : isSoft ? 0.35 : 0.6
}

/**
 * @param byPerson how many of the first sessions a person chose for, by turns the good settings and the default
 * @returns oldest first
 */
export function madeSessions(count: number, seed: number, byPerson = Math.min(32, count >> 1)): readonly AnySession[] {
  const lessons = lessonsByName(madeLearner)
  const policy = createAnchoredPolicy(lessons.choosing)
  const rng = seededRng(`made ${seed}`)
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]!
    const context = contextOf(kind, i, seed)
    const id = idOf(i, seed)
    const person = i < byPerson
    const said = Math.floor(i / kinds.length) % 2 === 0 ? goodOnSoft : 'default'
    const choice = policy.choose(context, { rng: seededRng(`${seed} ${i}`) })
    if (!person) policy.begin(id, choice.decision)
    const used = person ? settingsNamed(said, context) : choice.settings
    const succeeded = rng.next() < chanceOf(kind, person ? said : choice.decision.key)
    const session = sessionOf({
      id,
      i,
      kind,
      context,
      used,
      choice: person ? null : choice,
      succeeded,
      noise: rng.next(),
    })
    const experience = lessons.experienceOf(session, [])
    if (!isExperience(experience)) throw new Error(`a made session teaches nothing: ${experience.passedOver}`)
    const { levels, clip, used: candidate, value, firstTry, kept } = experience
    const source: Source = person ? { type: 'person' } : { type: 'own' }
    const decision = person ? null : choice.decision
    policy.update({ session: id, decision, levels, clip, ...candidate, value, source, firstTry, kept, raced: false })
    return session
  })
}

function settingsNamed(key: string, context: JsonObject) {
  const { choosing } = lessonsByName(madeLearner)
  return key === 'default' ? choosing.base(context) : choosing.named!(key, context)!.settings
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
const startMs = Date.UTC(2026, 9, 1)
const idOf = (i: number, seed: number) =>
  `${hex(startMs + i * 3_600_000, 12).replace(/^(.{8})/, '$1-')}-7${hex(seed % 4096, 3)}-8000-${hex(i, 12)}`

const contextOf = ({ brightness: _brightness, ...kind }: Kind, i: number, seed: number): JsonObject => ({
  ...kind,
  frameCount: 120,
  firstFrame: 0,
  clip: { fingerprint: `clip-${hex(seed, 8)}${hex(i, 24)}`, bitDepth: 8, codec: 'h264' },
  probe: {
    method: 'tracks',
    motionClass: kind.motionClass,
    textureClass: kind.textureClass,
    meanVelocityUv: { low: 0.004, medium: 0.015, high: 0.04 }[kind.motionClass],
    maxVelocityUv: 0.05,
    bestRegions: ['center'],
    fromFrame: 0,
    toFrame: 20,
  },
  engine: { name: 'embedded', version: '0.3.0' },
  attempt: 1,
  retry: 0,
})

interface Made {
  readonly id: string
  readonly i: number
  readonly kind: Kind
  readonly context: JsonObject
  readonly used: Readonly<Record<string, number | string>>
  readonly choice: AnchoredChoice<unknown> | null
  readonly succeeded: boolean
  readonly noise: number
}

function sessionOf({ id, i, kind, context, used, choice, succeeded, noise }: Made): AnySession {
  const policy = choice === null ? { name: 'person', version: '0.3.0' } : { ...choice.policy }
  const settings = {
    values: { ...used, engine: 'embedded', fromFrame: 0, toFrame: 119, targetTracks: 120 },
    reason: choice?.reason ?? 'as the person asked',
    propensity: choice?.propensity ?? null,
    policy,
    ...(choice === null ? {} : { decision: choice.decision as unknown as JsonObject }),
  }
  const errorPx = (0.15 + 0.5 * noise) * (kind.widthPx / 960)
  return {
    id,
    project: 'made',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: new Date(startMs + i * 3_600_000).toISOString(),
    host: { name: 'made-up', version: '1' },
    contributor: null,
    consent: null,
    parent: null,
    context: { ...context, run: id },
    settings,
    outcome: {
      status: succeeded ? 'succeeded' : 'failed',
      error: succeeded ? null : { code: 'no-pair', message: 'no two frames tell where the camera was' },
      durationMs: 9000,
      solveErrorPx: succeeded ? errorPx / 1.3 : null,
      heldOutErrorPx: succeeded ? errorPx : null,
      totalTracks: 140,
      solvedFrames: succeeded ? 120 : 0,
      bundleCount: succeeded ? 110 : 0,
    },
    telemetry: {
      survival: { markers: 140, survived: succeeded ? 120 : 60, rate: succeeded ? 0.86 : 0.43 },
      visual: { brightnessMean: kind.brightness },
    },
    media: [],
  }
}

/** As the learner of a store would have given their choices out. */
export const sealedFor = (store: Pick<Store, 'secret'>, sessions: readonly AnySession[]): readonly AnySession[] =>
  sessions.map((session) => {
    const { decision, propensity } = session.settings
    const choice = decision ? { propensity, decision } : { propensity }
    return { ...session, settings: { ...session.settings, ...sealed(store, madeLearner, session.id, choice) } }
  })
