import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Edit } from '#core/edit.ts'
import { canonicalJson, type Json, type JsonObject } from '#core/json.ts'
import { defaultKey, type Experience, isExperience, passReasons } from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import { isLegal } from '#core/settings-space.ts'
import { images } from './images.ts'
import { imagesLessons, situationOf } from './lessons.ts'
import { asImages, type ImagesResult, type ImagesSettings } from './session.ts'

const plain = { model: 'pix-2', guidance: 10, imageGuidance: 1.5, seed: 7 }
const input = { role: 'input', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 9, width: 640, height: 480 }

const sessionOf = (
  values: ImagesSettings = plain,
  result: ImagesResult = { rating: 1 },
  instruction = 'Make it winter.',
): AnySession =>
  ({
    id: '01977f3e-1b2c-7d4e-8f50-0123456789ab',
    project: 'default',
    domain: 'images',
    schemaVersion: 1,
    recordedAt: '2026-03-02T10:20:30.000Z',
    host: { name: 'app', version: null },
    contributor: null,
    consent: null,
    parent: null,
    context: { instruction, language: 'en' },
    settings: { values, reason: null, propensity: null, policy: null },
    outcome: { status: 'succeeded', error: null, durationMs: 5, ...result },
    telemetry: null,
    media: [input],
  }) as unknown as AnySession

const edit = (kind: string, after: Json, minute = 1): Edit => ({
  id: `e${minute}`,
  session: sessionOf().id,
  project: 'default',
  at: `2026-03-02T11:0${minute}:00.000Z`,
  principal: 'p',
  kind,
  before: null,
  after,
  reason: null,
})

const taught = (session: AnySession, edits: readonly Edit[] = []): Experience => {
  const said = imagesLessons.experienceOf(session, edits)
  assert.ok(isExperience(said), JSON.stringify(said))
  return said
}

describe('what an edit teaches of its parameters', () => {
  test('is kept by model and kind of edit, and knows neither seed nor sampler', () => {
    const experience = taught(sessionOf())
    assert.deepEqual(experience.levels, ['kind/pix-2/make', 'model/pix-2', 'all'])
    assert.deepEqual(experience.used, { key: 'guidance=10', settings: { guidance: 10, imageGuidance: 1.5 } })
    const situation = situationOf(asImages(sessionOf())) as unknown as JsonObject
    assert.deepEqual(imagesLessons.choosing.levels(situation), experience.levels)
    assert.deepEqual(imagesLessons.featuresOf(situation), experience.features)
    assert.equal(taught(sessionOf({ ...plain, guidance: 7.5 })).used.key, defaultKey)
    assert.equal(taught(sessionOf(plain, { rating: 1 }, 'Winter, please')).levels[0], 'kind/pix-2/unknown')
  })

  test('its worth is what people say and do, whenever they say it', () => {
    assert.equal(taught(sessionOf()).value, 1)
    assert.equal(taught(sessionOf(), [edit('rating', -1)]).value, 0)
    assert.equal(taught(sessionOf(plain, { rating: 0 })).value, 0.5)
    assert.equal(taught(sessionOf(plain, {}), [edit('accept', null)]).value, 1)
    const mixed = taught(sessionOf(plain, { rating: 1, regenerated: true }))
    assert.ok(Math.abs(mixed.value - 0.6) < 1e-9 && Math.abs((mixed.parts['judgement'] ?? 0) - 0.6) < 1e-9)
    const later = [edit('rating', -1, 1), edit('rating', 1, 2)]
    assert.equal(taught(sessionOf(plain, {}), later.toReversed()).value, 1)
  })

  test('what nobody judged, and what has no parameters, teaches nothing', () => {
    const said = (session: AnySession) => imagesLessons.experienceOf(session, [])
    assert.deepEqual(said(sessionOf(plain, {})), { passedOver: 'no-outcome' })
    assert.deepEqual(said(sessionOf({ model: 'pix-2' })), { passedOver: 'no-settings' })
    assert.deepEqual(said(sessionOf({ guidance: 900 })), { passedOver: 'illegal-settings' })
    const { outcome } = sessionOf()
    assert.deepEqual(said({ ...sessionOf(), outcome: { ...outcome, status: 'cancelled' } }), {
      passedOver: 'cancelled',
    })
  })
})

test('every candidate is legal, has a name of its own, and is given by it again', () => {
  const { choosing } = imagesLessons
  const candidates = choosing.candidates({})
  assert.equal(new Set(candidates.map(({ key }) => key)).size, candidates.length)
  for (const { key, settings } of candidates) {
    for (const [name, value] of Object.entries(settings)) assert.ok(isLegal(choosing.space({})[name]!, value))
    assert.deepEqual(choosing.named?.(key, {}), { key, settings })
  }
  assert.equal(imagesLessons.candidateInWords('guidance=10 imageGuidance=1.75'), 'guidance 10, image guidance 1.75')
})

test('no session that passes the schema is too odd to be read', () => {
  const odd = fc.constantFrom<Json>(null, 0, 1, 0.5, -1, 1e308, '', 'x/y', [], {}, true)
  let passed = 0
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('strength', 'guidance', 'imageGuidance', 'steps', 'model'), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('rating', 'kept', 'regenerated', 'reported', 'status'), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('editType', 'language', 'turnIndex', 'instructionNormalised'), odd, { maxKeys: 1 }),
      fc.array(fc.tuple(fc.constantFrom('rating', 'accept', 'images.outcome'), odd), { maxLength: 2 }),
      (values, result, context, said) => {
        const one = sessionOf(values as ImagesSettings, result as ImagesResult)
        const session = JSON.parse(JSON.stringify({ ...one, context: { ...one.context, ...context } })) as AnySession
        if (!images.schema.safeParse(session).success) return
        passed++
        const edits = said.map(([kind, after], i) => edit(kind, after, i))
        const found = imagesLessons.experienceOf(session, edits)
        if (!isExperience(found)) return assert.ok(found.passedOver in passReasons)
        assert.ok(found.value >= 0 && found.value <= 1)
        assert.doesNotThrow(() => canonicalJson(found as unknown as Json))
      },
    ),
    { numRuns: 400, seed: 6 },
  )
  assert.ok(passed > 30, `${passed}`)
})
