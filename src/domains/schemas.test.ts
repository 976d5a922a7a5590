/** The published JSON Schemas, before a validator of another make: they take what the engine takes, and refuse what it refuses. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { JsonObject } from '#core/json.ts'
import { type AnySession, completeSession } from '#core/session.ts'
import { domains } from './domains.ts'
import { publishedSchemas, schemaByName } from './schemas.ts'

// Not strict: it would refuse `unit` and `formula`, which are annotations and no keywords.
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

const takesSample = {
  image: ajv.compile(schemaByName('sample.image')),
  pair: ajv.compile(schemaByName('sample.pair')),
  row: ajv.compile(schemaByName('sample.row')),
  trajectory: ajv.compile(schemaByName('sample.trajectory')),
}

const linesOf = (name: string): readonly JsonObject[] => {
  const path = fileURLToPath(new URL(`../../sample/${name}`, import.meta.url))
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as JsonObject)
}
/** A session with another value at a path. */
function having(session: JsonObject, path: string, value: unknown): JsonObject {
  const [name = '', ...rest] = path.split('.')
  const inside = rest.length === 0 ? value : having((session[name] ?? {}) as JsonObject, rest.join('.'), value)
  return { ...session, [name]: inside } as JsonObject
}

const broken: Readonly<Record<string, unknown>> = {
  id: 'not a uuid',
  recordedAt: '2026-11-20T10:15:00+01:00',
  host: null,
  domain: 'cooking',
  schemaVersion: 0,
  'settings.propensity': 1.5,
  'settings.values': 'fast',
  'outcome.status': 'splendid',
  'outcome.durationMs': -1,
  consent: { basis: 'none', scopes: [] },
  media: [{ role: 'input', sha256: 'abc', mediaType: 'image/png', bytes: 1, width: null, height: null }],
}
const brokenOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  camera: {
    'context.widthPx': 0,
    'outcome.confidence': 2,
    'telemetry.deadZones': ['nowhere'],
    'settings.values.seed': 'one',
  },
  images: {
    'context.instruction': '  ',
    'outcome.rating': 5,
    'settings.values.seed': 'one',
    'outcome.cost': { amount: 1, currency: 'euro' },
  },
  gui: { 'context.kind': 'dream', 'telemetry.actions': [{ type: 'CLICK' }], 'settings.values.similarityThreshold': 7 },
}

describe('the published schemas', () => {
  for (const domain of domains) {
    test(`of ${domain.name} take every session of the sample project, and what a recorder may send`, () => {
      const takes = ajv.compile(schemaByName(domain.name))
      const sessions = linesOf(`${domain.name}/sessions.ndjson`)
      for (const session of sessions) assert.ok(takes(session), JSON.stringify(takes.errors?.slice(0, 3)))
      const { context, settings, outcome } = sessions[0]! as unknown as AnySession
      const { id, recordedAt } = sessions[0]!
      const least = {
        id,
        recordedAt,
        domain: domain.name,
        host: { name: 'app' },
        context,
        settings: { values: settings.values },
        outcome: { status: outcome.status },
      }
      assert.ok(takes(least), JSON.stringify(takes.errors?.slice(0, 3)))
      assert.ok(domain.schema.safeParse(completeSession(least as unknown as JsonObject)).success)
    })

    test(`of ${domain.name} refuse what the engine refuses`, () => {
      const takes = ajv.compile(schemaByName(domain.name))
      const whole = linesOf(`${domain.name}/sessions.ndjson`)[0]!
      for (const [path, value] of Object.entries({ ...broken, ...brokenOf[domain.name] })) {
        const session = having(whole, path, value)
        assert.equal(takes(session), false, path)
        assert.equal(domain.schema.safeParse(session).success, false, `the engine takes ${path}`)
      }
      for (const name of ['id', 'domain', 'recordedAt', 'host', 'context', 'settings', 'outcome']) {
        const { [name]: _, ...rest } = whole
        assert.equal(takes(rest), false, `without ${name}`)
      }
    })
  }

  test('of edits take those of the sample project, each with what it says', () => {
    const takes = ajv.compile(schemaByName('edit'))
    for (const edit of ['images/edits.ndjson', 'gui/edits.ndjson'].flatMap(linesOf)) {
      assert.ok(takes(edit), JSON.stringify(takes.errors))
      const { kind } = edit
      if (typeof kind !== 'string' || !kind.includes('.')) continue
      const takesAfter = ajv.compile(schemaByName(kind))
      assert.ok(takesAfter(edit['after']), JSON.stringify(takesAfter.errors))
      assert.equal(takesAfter('a word'), false, kind)
    }
    assert.equal(takes({ session: 'x', kind: 'rating', after: 1 }), false)
  })

  test('of samples take what the sample project gives', () => {
    for (const domain of domains) {
      for (const session of linesOf(`${domain.name}/sessions.ndjson`).slice(0, 4)) {
        const samples = domain.samples(session as unknown as AnySession, [])
        // Of hundreds of tracks a few are as good as all.
        for (const sample of samples.filter((_, i) => i < 3 || i % 50 === 0)) {
          const takes = takesSample[sample.type]
          assert.ok(takes(JSON.parse(JSON.stringify(sample))), JSON.stringify(takes.errors?.slice(0, 3)))
        }
      }
    }
    assert.equal(takesSample.pair({ type: 'pair' }), false)
  })

  test('are all valid JSON Schema 2020-12, and known by their names', () => {
    for (const { name } of publishedSchemas) assert.ok(ajv.validateSchema(schemaByName(name)), name)
    assert.throws(() => schemaByName('nothing'), { code: 'schema.unknown' })
  })
})
