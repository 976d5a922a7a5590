import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, type Json, type JsonObject } from '#core/json.ts'
import { defaultKey, type Experience, isExperience, passReasons } from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import { isLegal } from '#core/settings-space.ts'
import { gui } from './gui.ts'
import { guiLessons } from './lessons.ts'
import type { GuiSession } from './session.ts'
import { action, guiSession } from './test-data.ts'

const asAny = (session: GuiSession) => session as unknown as AnySession
const taught = (session: GuiSession): Experience => {
  const said = guiLessons.experienceOf(asAny(session), [])
  assert.ok(isExperience(said), JSON.stringify(said))
  return said
}

const look = (imageId: string, found: boolean, threshold = 0.9) => ({ imageId, found, threshold, confidence: 0.8 })
const run = (
  success: boolean,
  values: GuiSession['settings']['values'] = { similarityThreshold: 0.9 },
): GuiSession => ({
  ...guiSession({
    context: { app: 'Ledger', os: 'linux', configSha256: 'c'.repeat(64) },
    values,
    telemetry: {
      actions: [
        // It waited: what it saw before is no failure.
        action({ id: 'a', success: true, matches: [look('ok', false), look('ok', true)] }),
        action({ id: 'b', success, matches: [look('menu', success)] }),
        action({ id: 'c', success: null, matches: [look('ghost', false)] }),
      ],
    },
  }),
  outcome: { status: success ? 'succeeded' : 'failed', error: null, durationMs: 1 },
})

describe('what a run teaches of looking', () => {
  test('its settings by how they differ from the default, its value by how it ended', () => {
    const [good, bad] = [taught(run(true)), taught(run(false))]
    assert.deepEqual(good.used, { key: 'similarityThreshold=0.9', settings: { similarityThreshold: 0.9 } })
    assert.equal(good.value, 1)
    assert.ok(bad.value > 0 && bad.value < 0.4)
    assert.deepEqual(good.levels, [`workflow/Ledger/${'c'.repeat(64)}`, 'app/Ledger', 'all'])
    assert.deepEqual(guiLessons.choosing.levels(run(true).context as unknown as JsonObject), good.levels)
    assert.equal(taught(run(true, { similarityThreshold: 0.85, multiScale: false })).used.key, defaultKey)
  })

  test('each element apart, by the last look of each action that was carried out', () => {
    const { within = [] } = taught(run(false))
    assert.deepEqual(
      within.map(({ levels, value }) => [levels[0], value]),
      [
        ['element/Ledger/ok', 1],
        ['element/Ledger/menu', 0],
      ],
    )
    const about = { ...run(true).context, element: 'menu' } as unknown as JsonObject
    assert.deepEqual(guiLessons.choosing.levels(about), within[1]?.levels)
    assert.equal(guiLessons.levelInWords('element/Ledger/menu'), '"menu" in Ledger')
  })

  test('what nobody ran teaches nothing, and says why', () => {
    const said = (session: GuiSession) => guiLessons.experienceOf(asAny(session), [])
    const { outcome } = run(true)
    assert.deepEqual(said({ ...run(true), context: { kind: 'recording' } }), { passedOver: 'by-hand' })
    assert.deepEqual(said({ ...run(true), outcome: { ...outcome, status: null } }), { passedOver: 'no-outcome' })
    assert.deepEqual(said(run(true, {})), { passedOver: 'no-settings' })
    assert.deepEqual(said(run(true, { similarityThreshold: 0.1 })), { passedOver: 'illegal-settings' })
  })
})

test('every candidate is legal, has a name of its own, and is given by it again', () => {
  const { choosing } = guiLessons
  const candidates = choosing.candidates({})
  assert.equal(new Set(candidates.map(({ key }) => key)).size, candidates.length)
  for (const { key, settings } of candidates) {
    for (const [name, value] of Object.entries(settings)) assert.ok(isLegal(choosing.space({})[name]!, value))
    assert.deepEqual(choosing.named?.(key, {}), { key, settings })
    assert.doesNotMatch(guiLessons.candidateInWords(key), /=/)
  }
  assert.equal(choosing.named?.('similarityThreshold=0.123', {}), null)
  assert.equal(choosing.named?.(defaultKey, {}), null)
})

test('the sample runs teach, and each element of them', async () => {
  const text = await readFile(new URL('../../../sample/gui/sessions.ndjson', import.meta.url), 'utf8')
  const sessions = text.split('\n').filter((line) => line !== '')
  const found = sessions.map((line) => taught(JSON.parse(line) as GuiSession))
  assert.ok(found.length >= 2 && found.every(({ within }) => within!.length >= 2))
})

test('no session that passes the schema is too odd to be read', () => {
  const odd = fc.constantFrom<Json>(null, 0, 1, 0.5, -1, 1e308, '', 'BEST', 'x/y', [], {}, true)
  let passed = 0
  const names = ['similarityThreshold', 'multiScale', 'searchStrategy']
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('app', 'display', 'workflows', 'configSha256', 'os'), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('matches', 'success', 'retries'), odd, { maxKeys: 1 }),
      fc.dictionary(fc.constantFrom('status', 'actionsTotal', 'actionsFailed', 'retriesTotal'), odd, { maxKeys: 1 }),
      (values, context, parts, outcome) => {
        const plain = run(true)
        const session = JSON.parse(
          JSON.stringify({
            ...plain,
            context: { ...plain.context, ...context },
            settings: { ...plain.settings, values },
            outcome: { ...plain.outcome, ...outcome },
            telemetry: { actions: [{ ...plain.telemetry!.actions![0], ...parts }] },
          }),
        ) as AnySession
        if (!gui.schema.safeParse(session).success) return
        passed++
        const said = guiLessons.experienceOf(session, [])
        if (!isExperience(said)) return assert.ok(said.passedOver in passReasons)
        assert.ok(said.value >= 0 && said.value <= 1)
        assert.doesNotThrow(() => canonicalJson(said as unknown as Json))
      },
    ),
    { numRuns: 300, seed: 5 },
  )
  assert.ok(passed > 30, `${passed}`)
})
