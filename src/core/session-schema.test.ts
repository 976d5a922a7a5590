import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { canonicalJson, type Json, type JsonObject, parseJson } from './json.ts'
import { anySession, sessionSchema, shortName } from './session-schema.ts'
import { completeSession } from './session.ts'

const sent: JsonObject = {
  id: '01890c2e-7b1d-7cc4-9a3b-0123456789ab',
  domain: 'camera',
  recordedAt: '2026-01-02T03:04:05.678Z',
  host: { name: 'blender', version: null },
  context: {},
  settings: { values: {}, reason: null, propensity: null, policy: null },
  outcome: { status: 'succeeded', error: null, durationMs: 1 },
}
const whole = completeSession(sent)
const frame = { role: 'frame', sha256: 'a'.repeat(64), mediaType: 'image/svg+xml', bytes: 0, width: 1, height: 1 }

/** `whole` with the value at a path replaced; undefined takes it away. */
function having(path: string, value: Json | undefined): Json {
  const copy = structuredClone(whole) as { [key: string]: unknown }
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let target = copy
  for (const key of keys) target = target[key] as { [key: string]: unknown }
  if (value === undefined) delete target[last]
  else target[last] = value
  return copy as Json
}

test('a session as small as a recorder may send it is completed and fits', () => {
  assert.deepEqual(anySession.parse(whole), whole)
  assert.deepEqual(
    {
      project: whole['project'],
      schemaVersion: whole['schemaVersion'],
      parent: whole['parent'],
      media: whole['media'],
    },
    { project: 'default', schemaVersion: 1, parent: null, media: [] },
  )
  assert.equal(completeSession({ ...sent, project: 'film' })['project'], 'film')
  const bare = { ...sent, host: { name: 'app' }, settings: { values: {}, note: 1 }, outcome: { status: 'failed' } }
  const { host, settings, outcome } = anySession.parse(completeSession(bare))
  assert.deepEqual(host, { name: 'app', version: null })
  assert.deepEqual(settings, { values: {}, note: 1, policy: null, propensity: null, reason: null })
  assert.deepEqual(outcome, { status: 'failed', error: null, durationMs: null })
})

const good: readonly (readonly [path: string, value: Json])[] = [
  ['recordedAt', '2026-01-02T03:04:05Z'],
  ['project', 'Prüfung 7 – ありがとう'],
  ['contributor', 'c-1'],
  ['outcome.status', null],
  ['outcome.error', { code: null, message: '' }],
  ['settings.propensity', 1],
  ['settings.propensity', 1e-9],
  ['telemetry', { anything: [1, { deep: null }] }],
  ['media', [frame]],
  ['consent', { basis: 'explicit', scopes: [], textSha256: null, givenAt: null }],
]

test('what a session may hold', () => {
  for (const [path, value] of good) {
    const result = anySession.safeParse(having(path, value))
    assert.ok(result.success, `${path} = ${JSON.stringify(value)}: ${result.error?.message}`)
  }
})

const bad: readonly (readonly [path: string, value: Json | undefined, at?: string])[] = [
  ['id', '01890C2E-7B1D-7CC4-9A3B-0123456789AB'],
  ['id', undefined],
  ['id', '../../etc/passwd'],
  ['project', ''],
  ['project', 'a\u0000b'],
  ['project', 'line\nbreak'],
  ['project', 'x'.repeat(201)],
  ['domain', 'audio'],
  ['schemaVersion', 0],
  ['schemaVersion', 1.5],
  ['schemaVersion', '1'],
  ['recordedAt', '2026-01-02T03:04:05+01:00'],
  ['recordedAt', '2026-01-02T03:04:05'],
  ['recordedAt', '2026-02-30T00:00:00Z'],
  ['recordedAt', 1_767_323_045],
  ['host', null],
  ['host.name', '\u001b[31m'],
  ['contributor', undefined],
  ['parent', 'the one before'],
  ['context', null],
  ['context', []],
  ['settings.values', null],
  ['settings.propensity', 0],
  ['settings.propensity', 1.01],
  ['outcome.status', 'ok'],
  ['outcome.durationMs', -1],
  ['outcome.durationMs', '12'],
  ['outcome.error', 'failed'],
  ['telemetry', []],
  ['media', {}],
  ['media', [{ ...frame, sha256: 'A'.repeat(64) }], 'media.0.sha256'],
  ['media', [{ ...frame, bytes: -1 }], 'media.0.bytes'],
  ['media', [{ ...frame, width: 0 }], 'media.0.width'],
  ['media', [{ ...frame, mediaType: 'png' }], 'media.0.mediaType'],
  ['media', [{ ...frame, mediaType: 'image/png\r\nX: y' }], 'media.0.mediaType'],
  ['consent', { basis: 'assumed', scopes: [], textSha256: null, givenAt: null }, 'consent.basis'],
  ['consent', { basis: 'explicit', scopes: ['sell'], textSha256: null, givenAt: null }, 'consent.scopes.0'],
]

test('what a session may not hold is named by its path', () => {
  for (const [path, value, at = path] of bad) {
    const result = anySession.safeParse(having(path, value))
    assert.ok(!result.success, `${path} = ${JSON.stringify(value)} was accepted`)
    assert.deepEqual([...new Set(result.error.issues.map((issue) => issue.path.join('.')))], [at])
  }
})

test('fields of a newer client survive, at every level of the envelope', () => {
  const newer = {
    ...whole,
    weather: 'rain',
    host: { name: 'blender', version: '5', build: 'abc' },
    settings: { ...(whole['settings'] as JsonObject), seed: 4 },
    outcome: { ...(whole['outcome'] as JsonObject), stars: 5 },
    media: [{ ...frame, colour: 'srgb' }],
    consent: { basis: 'declared', scopes: ['train'], textSha256: null, givenAt: null, place: 'DE' },
  }
  assert.equal(canonicalJson(anySession.parse(newer)), canonicalJson(newer))
})

test('a __proto__ key changes no object elsewhere', () => {
  const text = `{"__proto__":{"polluted":1},${JSON.stringify(whole).slice(1)}`
  anySession.safeParse(parseJson(text))
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('a domain gives the inner parts', () => {
  const schema = sessionSchema({
    context: z.looseObject({ fps: z.number() }),
    values: z.looseObject({ size: z.int() }),
    outcome: { errorPx: z.number().nullable() },
    telemetry: z.null(),
  })
  const fits = {
    ...whole,
    context: { fps: 24 },
    settings: { ...(whole['settings'] as JsonObject), values: { size: 3 } },
    outcome: { ...(whole['outcome'] as JsonObject), errorPx: null },
  }
  assert.deepEqual(schema.parse(fits), fits)
  const paths = schema.safeParse(whole).error?.issues.map((issue) => issue.path.join('.')) ?? []
  assert.deepEqual(paths.sort(), ['context.fps', 'outcome.errorPx', 'settings.values.size'])
})

test('a short name ends at its last character: no line break slips in behind', () => {
  assert.equal(shortName.safeParse('name\n').success, false)
})
