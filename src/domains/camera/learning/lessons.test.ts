// Drawn clips through the real pipeline: what a session teaches is what the run knew, chose and brought.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Edit } from '#core/edit.ts'
import { canonicalJson, type Json } from '#core/json.ts'
import {
  defaultKey,
  type Experience,
  isExperience,
  type Lessons,
  type PassReason,
  passReasons,
} from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import type { Kernel } from '#vision/kernel.ts'
import { camera } from '../camera.ts'
import { asCamera } from '../classes.ts'
import { cameraSessionOf, type Parts } from '../fixtures.ts'
import { asUsed } from '../pipeline/plan-attempt.ts'
import type { Situation } from '../policies/policy.ts'
import { probe } from '../probe/run-probe.ts'
import { recordPipeline, type RecordedAttempt } from '../recording/test-runs.ts'
import { footageTypes } from '../terms.ts'
import { candidates } from './candidates.ts'
import { cameraFeatures, featuresOf } from './features.ts'
import { knownLive } from './known.ts'
import { createCameraLearnable } from './learnable.ts'
import { cameraLessons } from './lessons.ts'
import { baseOf, candidateNamed, changeNamed, choiceOf, configurationOf, nameOf, spaceOf, usedOf } from './naming.ts'

const [embedded, blender] = cameraLessons as readonly [Lessons, Lessons]
const size = { widthPx: 240, heightPx: 136 }
const corners = { count: 60 }
const learnable = createCameraLearnable('embedded')

let kernel: Kernel
let walk: RecordedAttempt
let person: RecordedAttempt

before(async () => {
  kernel = await createWasmKernel({})
  const clip = makeFootage({ seed: 6, frames: 8, speed: 3, ...size })
  const said = { retries: 0, footage: 'handheld', robust: true } as const
  const [first] = await recordPipeline(clip, kernel, { ...said, chosen: { tracker: {}, corners } })
  walk = first!
  const tracker = { searchSize: 81, motionModel: 'Loc' } as const
  const [second] = await recordPipeline(clip, kernel, { retries: 0, chosen: { tracker, corners } })
  person = second!
})

const taught = (lessons: Lessons, session: AnySession, edits: readonly Edit[] = []): Experience => {
  const said = lessons.experienceOf(session, edits)
  assert.ok(isExperience(said), JSON.stringify(said))
  return said
}

const situationOf = ({ plan, session }: RecordedAttempt): Situation => ({
  engine: 'embedded',
  info: plan.info,
  footage: plan.pipeline!.request.footage,
  probe: plan.pipeline!.probe,
  clip: asCamera(session).context.clip?.fingerprint ?? null,
  before: null,
})

let edits = 0
const edit = (kind: string, after: Json): Edit => ({
  id: `e${++edits}`,
  session: walk.session.id,
  project: 'default',
  at: '2026-03-02T11:00:00.000Z',
  principal: 'p',
  kind,
  before: null,
  after,
  reason: null,
})

type Branch = Record<string, unknown>
const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null

/** The session with other parts, by their paths ("outcome.status"); undefined takes one away. */
function changed(session: AnySession, parts: Readonly<Record<string, unknown>>): AnySession {
  const copy = structuredClone(session) as unknown as Branch
  for (const [path, value] of Object.entries(parts)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const parent = names.reduce<unknown>((at, name) => (isBranch(at) ? at[name] : null), copy)
    if (isBranch(parent)) parent[last] = value
  }
  return JSON.parse(JSON.stringify(copy)) as AnySession
}

describe('what a recorded attempt teaches', () => {
  test('is known by the same levels, features and default as the run that made it', () => {
    for (const one of [walk, person]) {
      const [situation, experience] = [situationOf(one), taught(embedded, one.session)]
      assert.deepEqual(experience.levels, learnable.levels(situation))
      assert.equal(experience.clip, learnable.clip(situation))
      assert.deepEqual(experience.features, featuresOf(knownLive(situation)))
      assert.deepEqual(embedded.featuresOf(one.session.context), experience.features)
      const { context } = one.session
      assert.deepEqual(embedded.choosing.levels(context), experience.levels)
      assert.deepEqual(embedded.choosing.base(context), learnable.base(situation))
      assert.deepEqual(embedded.choosing.candidates(context), learnable.candidates(situation))
    }
  })

  test('is the same each time it is asked', () => {
    assert.deepEqual(embedded.experienceOf(walk.session, []), embedded.experienceOf(structuredClone(walk.session), []))
  })

  test('the default is the default, however the footage and the person bent it', () => {
    const { used, byPerson, firstTry } = taught(embedded, walk.session)
    assert.equal(used.key, defaultKey)
    assert.notEqual(asCamera(walk.session).settings.values.searchSize, used.settings['searchSize'])
    assert.deepEqual(used.settings, learnable.base(situationOf(walk)))
    assert.ok(firstTry)
    assert.ok(!byPerson)
  })

  test('settings of a person count as what was really used, under the name of those like them', () => {
    const { used } = taught(embedded, person.session)
    assert.equal(used.key, 'model=Loc search=1.45')
    assert.equal(used.settings['searchSize'], 81)
    const byPerson = changed(person.session, { 'settings.policy': { name: 'person', version: '1' } })
    assert.ok(taught(embedded, byPerson).byPerson)
    // Other things that a person says leave the choice of these to the learner.
    const policy = { name: 'person', version: '1' }
    const decision = { key: defaultKey, settings: learnable.base(situationOf(walk)), role: 'default' }
    const left = changed(walk.session, { 'settings.policy': policy, 'settings.decision': decision })
    assert.ok(!taught(embedded, left).byPerson)
  })

  test('a setting that a learner chose has the name under which it was chosen', () => {
    const situation = situationOf(walk)
    const [known, said] = [knownLive(situation), { footage: 'handheld', robust: true } as const]
    for (const candidate of candidates(baseOf(known), spaceOf(known)).filter((_, i) => i % 7 === 0)) {
      const values = configurationOf(asUsed(choiceOf(candidate.settings, known), 'embedded', known, said))
      const session = changed(walk.session, {
        'settings.values': { ...walk.session.settings.values, ...values },
        'settings.decision': { key: candidate.key, settings: candidate.settings, role: 'probe' },
      })
      const { used, decision } = taught(embedded, session)
      assert.deepEqual(used, candidate)
      assert.deepEqual(decision, session.settings.decision)
    }
  })

  test('a decision that was not followed teaches what was', () => {
    const settings = { ...learnable.base(situationOf(walk)), motionModel: 'Loc' }
    const session = changed(walk.session, { 'settings.decision': { key: 'model=Loc', settings } })
    assert.equal(taught(embedded, session).used.key, defaultKey)
  })

  test('the value is the sum of its parts, and falls with what people say against it', () => {
    const plain = taught(embedded, walk.session)
    const sum = Object.values(plain.parts).reduce((all, part) => all + part, 0)
    assert.ok(Math.abs(plain.value - sum) < 1e-9)
    const out = asCamera(walk.session)
      .telemetry!.tracks!.slice(0, 10)
      .map(({ name }) => ({ track: name ?? '' }))
    const deleted = taught(embedded, walk.session, [edit('camera.behavior', { deletions: out })])
    assert.ok(deleted.value < plain.value && deleted.parts['success'] === plain.parts['success'])
    const back = [edit('camera.behavior', { disabled: out }), edit('camera.behavior', { enabled: out })]
    assert.equal(taught(embedded, walk.session, back).value, plain.value)
    const refused = taught(embedded, walk.session, [edit('reject', null)])
    assert.ok(refused.parts['success'] === 0 && refused.value < plain.value && !refused.kept && plain.kept)
    const both = [edit('reject', null), edit('accept', null)]
    const accepted = taught(embedded, walk.session, both)
    assert.ok(accepted.parts['success']! >= plain.parts['success']! && accepted.value >= plain.value && accepted.kept)
    const rated = [edit('accept', null), edit('rating', { rating: -1 })]
    assert.equal(taught(embedded, walk.session, rated).value, refused.value)
  })

  test('failures differ: one whose tracks lasted is worth more than one whose tracks died', () => {
    const outcome = { status: 'failed', error: { code: 'no-rigid-motion', message: 'x' }, totalTracks: 60 }
    const failure = (rate: number | null) =>
      taught(embedded, changed(walk.session, { outcome, 'telemetry.survival': { rate } })).value
    assert.ok(failure(0.9) > failure(0.1) && failure(0.9) < 0.2)
    assert.equal(failure(null), 0)
  })

  test('sessions that say nothing of their settings are passed over, and say why', () => {
    const person = { name: 'person', version: '1' }
    const cases: readonly (readonly [PassReason, Readonly<Record<string, unknown>>])[] = [
      ['no-outcome', { 'outcome.status': null }],
      ['cancelled', { 'outcome.status': 'cancelled' }],
      ['program-fault', { outcome: { status: 'failed', error: { code: 'media.broken', message: 'x' } } }],
      ['no-settings', { 'settings.values.threshold': undefined }],
      ['illegal-settings', { 'settings.values.patternSize': 267 }],
      ['illegal-settings', { 'settings.values.motionModel': 'Wobble' }],
      ['no-input', { 'context.widthPx': null }],
      ['other-engine', { 'context.engine.name': 'syntheyes' }],
      ['by-hand', { parent: walk.session.id, 'context.retry': null, 'settings.policy': person }],
    ]
    for (const [passedOver, parts] of cases) {
      assert.deepEqual(embedded.experienceOf(changed(walk.session, parts), []), { passedOver })
    }
    assert.deepEqual(blender.experienceOf(walk.session, []), { passedOver: 'other-engine' })
  })

  test('a retry is no first try', () => {
    assert.ok(!taught(embedded, changed(walk.session, { 'context.retry': 1 })).firstTry)
  })
})

test("sessions of Blender and of AutoSolve teach Blender's settings", () => {
  const experience = taught(blender, cameraSessionOf({ settings: { searchSize: 100 } }))
  assert.deepEqual(experience.levels.slice(1), ['motion/HD_24fps/medium/high', 'footage/HD_24fps', 'all'])
  const { key, settings } = experience.used
  assert.equal(settings['searchSize'], 101)
  assert.equal(blender.candidateInWords(key), 'LocRot, pattern ×0.75, search ×0.5, correlation 0.65, threshold ×4')
  assert.equal(blender.levelInWords(experience.levels[1]!), 'HD at 24 frames a second, medium motion, much texture')
})

test('a name gives settings of that name again, on footage of any size', () => {
  for (const widthPx of [640, 1920, 3840]) {
    const info = { ...walk.plan.info, widthPx, heightPx: (widthPx * 9) / 16 }
    const known = knownLive({ ...situationOf(walk), info, footage: 'auto', probe: null })
    const plain = { footage: 'auto', robust: false } as const
    for (const key of [
      'model=Loc search=1.45',
      'correlation=0.8 threshold=64',
      'model=LocRot correlation=0.6 threshold=16',
    ]) {
      const { settings } = candidateNamed(key, known)!
      const used = usedOf(settings, spaceOf(known))
      assert.ok(used !== null && used !== 'illegal')
      assert.equal(nameOf(used, known, plain, null).key, key, `${widthPx}`)
    }
  }
  for (const key of [defaultKey, '', 'pattern=1.2 model=Loc', 'model=Wobble', 'size=3', 'pattern=-1']) {
    assert.equal(changeNamed(key), null, key)
  }
})

test('nothing that is measured of clips is the same for all of them', async () => {
  const clips = [
    makeFootage({ seed: 1, frames: 8, speed: 1, ...size }),
    makeFootage({ seed: 2, frames: 16, speed: 10, fps: 60, widthPx: 200, heightPx: 150, motion: 'tripod' }),
    makeFootage({ seed: 4, frames: 8, scene: 'bare', fps: 30, widthPx: 200, heightPx: 112, noise: 3 }),
  ]
  const seen = await Promise.all(
    clips.map(async (clip, i) => {
      const range = { from: 0, to: clip.info.frameCount - 1 }
      const look = await probe(clip, kernel, { range, masks: [] }, { signal: new AbortController().signal })
      // Drawn pictures are small, and of 8 bits.
      const info = { ...clip.info, bitDepth: i === 2 ? 10 : 8, widthPx: clip.info.widthPx * (i === 1 ? 10 : 1) }
      return featuresOf(knownLive({ engine: 'embedded', info, footage: footageTypes[i]!, probe: look, before: null }))
    }),
  )
  for (const { name, type } of cameraFeatures) {
    const values = seen.map((features) => features[name] ?? null)
    assert.ok(new Set(values).size > 1, `${name} is always ${values[0]}`)
    for (const value of values) if (value !== null) assert.equal(typeof value, type === 'number' ? 'number' : 'string')
  }
})

const odd = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.constantFrom<Json>(0, 1, -1, 1e-300, 1e308, 0.5, 61, 1920, '', 'auto', 'Loc', 'failed', 'x.y', [], {}, true),
)
const paths = [
  'context.probe context.clip context.widthPx context.heightPx context.fps context.frameCount context.footageType',
  'context.attempt context.retry context.run context.engine context.probe.motionClass context.probe.textureClass',
  'context.probe.bestRegions context.probe.meanVelocityUv context.probe.regions context.probe.searchSizePx',
  'settings.values.patternSize settings.values.searchSize settings.values.correlation settings.values.threshold',
  'settings.values.motionModel settings.values.robust settings.values.fromFrame settings.values.toFrame',
  'settings.values.engine settings.decision settings.policy outcome.status outcome.error outcome.heldOutErrorPx',
  'outcome.solveErrorPx outcome.totalTracks outcome.solvedFrames outcome.confidence telemetry telemetry.survival',
].flatMap((line) => line.split(' '))

test('no session that passes the schema is too odd to be read', () => {
  const bases: readonly Parts[] = [{}, { status: 'failed' }, { status: 'partial', telemetry: null }]
  let passed = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...bases.map((parts) => cameraSessionOf(parts)), walk.session),
      fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.constantFrom('rating', 'accept', 'reject', 'camera.behavior', 'note'), odd), {
        maxLength: 3,
      }),
      (base, oddities, said) => {
        const session = changed(base, Object.fromEntries(oddities))
        if (!camera.schema.safeParse(session).success) return
        passed++
        const edits = said.map(([kind, after]) => edit(kind, after ?? null))
        for (const lessons of cameraLessons) {
          const found = lessons.experienceOf(session, edits)
          if (!isExperience(found)) {
            assert.ok(found.passedOver in passReasons)
            continue
          }
          assert.ok(found.value >= 0 && found.value <= 1, `${found.value}`)
          assert.equal(found.levels.at(-1), 'all')
          assert.doesNotThrow(() => canonicalJson(found as unknown as Json))
          assert.deepEqual(lessons.experienceOf(session, edits), found)
        }
      },
    ),
    { numRuns: 400, seed: 20 },
  )
  assert.ok(passed > 100, `${passed}`)
})
