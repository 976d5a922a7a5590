import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import type { Edit } from '#core/edit.ts'
import { Fault } from '#core/faults.ts'
import { canonicalJson, type Json, parseJson } from '#core/json.ts'
import type { PairSample } from '#core/sample.ts'
import type { AnySession, MediaRef } from '#core/session.ts'
import { images } from './images.ts'
import { diversity, normaliseInstruction } from './instruction.ts'
import { personOf, storeImageSession } from './intake.ts'
import { storeImageFigures } from './legacy-answers.ts'
import type { ImagesContext, ImagesResult, ImagesSession, ImagesSettings } from './session.ts'

const id = (n: number) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`
const media = (role: string, digit: string, width = 400, height = 300): MediaRef => {
  return { role, sha256: digit.repeat(64), mediaType: 'image/jpeg', bytes: 1000, width, height }
}

interface Given {
  readonly n?: number
  readonly context?: Partial<ImagesContext>
  readonly values?: ImagesSettings
  readonly outcome?: Partial<ImagesSession['outcome']> & ImagesResult
  readonly media?: readonly MediaRef[]
  readonly contributor?: string | null
}

function session(given: Given = {}): AnySession {
  const value: ImagesSession = {
    id: id(given.n ?? 1),
    project: 'default',
    domain: 'images',
    schemaVersion: 1,
    recordedAt: `2025-03-0${given.n ?? 1}T10:00:00.000Z`,
    host: { name: 'test', version: '1' },
    contributor: given.contributor ?? null,
    consent: null,
    parent: null,
    context: { instruction: 'make it modern farmhouse style', ...given.context },
    settings: { values: given.values ?? {}, reason: null, propensity: null, policy: null },
    outcome: { status: 'succeeded', error: null, durationMs: null, ...given.outcome },
    telemetry: null,
    media: given.media ?? [media('input', 'a'), media('output', 'b')],
  }
  return value as unknown as AnySession
}

function edit(kind: string, after: Json, at = '2025-04-01T00:00:00Z', n = 1): Edit {
  const principal = 'reviewer'
  return { id: id(900 + n), session: id(1), project: 'default', at, principal, kind, before: null, after, reason: null }
}

const onlyPair = (edits: readonly Edit[], given: Given = {}) => images.samples(session(given), edits)[0] as PairSample

test('a full session passes the schema, keeps unknown keys and its 64-bit seed', () => {
  const full = session({
    context: {
      language: 'pt-BR',
      editType: 'style',
      app: { name: 'Home', locale: 'pt-BR' },
      inputOrigin: 'previous-output',
      inputImage: { orientation: 6, hasLocation: false, perceptualHash: '0123456789abcdef' },
      clientSupplied: false,
      turnIndex: 2,
      originalSha256: 'c'.repeat(64),
    },
    values: { model: 'edit-3', seed: 2n ** 63n, strength: 0.7, guidance: 7.5, steps: 30, parameters: { eta: 0 } },
    outcome: { latencyMs: 1234.5, cost: { amount: 0.02, currency: 'EUR' }, rating: 1, kept: true },
  })
  const sent = { ...full, fromTheFuture: { nested: [1] } }
  const stored = parseJson(canonicalJson(sent))
  assert.equal(images.schema.safeParse(stored).success, true, images.schema.safeParse(stored).error?.message)
  assert.deepEqual(images.schema.parse(stored), stored)
})

test('what a session must not hold is refused, at the field', () => {
  const wrong: readonly (readonly [string, Given])[] = [
    ['context.instruction', { context: { instruction: '  \n' } }],
    ['context.instruction', { context: { instruction: 'x'.repeat(10_001) } }],
    ['context.language', { context: { language: 'English, mostly' } }],
    ['context.turnIndex', { context: { turnIndex: 0 } }],
    ['context.originalSha256', { context: { originalSha256: 'A'.repeat(64) } }],
    ['settings.values.seed', { values: { seed: 1.5 } }],
    ['settings.values.strength', { values: { strength: 70 } }],
    ['outcome.cost.currency', { outcome: { cost: { amount: 1, currency: 'euro' } } }],
    ['outcome.rating', { outcome: { rating: 5 as 1 } }],
    ['outcome.latencyMs', { outcome: { latencyMs: -1 } }],
    ['media', { media: [media('input', 'a'), media('input', 'b')] }],
  ]
  for (const [path, given] of wrong) {
    const result = images.schema.safeParse(session(given))
    assert.equal(result.error?.issues[0]?.path.join('.'), path)
  }
})

test('the schema can be published as JSON Schema', () => {
  const published = z.toJSONSchema(images.schema, { io: 'input' })
  assert.match(JSON.stringify(published), /"seed":\{"type":\["integer","null"\]\}/)
})

test('one pair per session, with everything it is filtered by', () => {
  const pair = onlyPair([], {
    contributor: 'p-1',
    values: { model: 'edit-3', seed: 7 },
    media: [media('input', 'a', 400, 300), media('output', 'b', 400, 200), media('mask', 'c')],
  })
  assert.equal(pair.id, id(1))
  assert.deepEqual([pair.input.sha256[0], pair.output.sha256[0], pair.mask?.sha256[0]], ['a', 'b', 'c'])
  assert.deepEqual(pair.contributors, ['p-1'])
  const { model, seed, rating, aspectChange, identical, inputWidth, strength } = pair.attributes
  assert.deepEqual(
    { model, seed, rating, aspectChange, identical, inputWidth, strength },
    { model: 'edit-3', seed: 7, rating: null, aspectChange: 0.5, identical: false, inputWidth: 400, strength: null },
  )
  assert.equal(
    onlyPair([], { media: [media('input', 'a'), media('output', 'a')] }).attributes['identical'],
    true,
    'an edit that changed nothing says so',
  )
})

test('all edits of one original form one group, in a chain or side by side', () => {
  const first = onlyPair([])
  const sideBySide = onlyPair([], { n: 2, media: [media('input', 'a'), media('output', 'd')] })
  const second = onlyPair([], {
    n: 3,
    media: [media('input', 'b'), media('output', 'e')],
    context: { turnIndex: 2, originalSha256: 'a'.repeat(64) },
  })
  const other = onlyPair([], { n: 4, media: [media('input', 'f'), media('output', 'e')] })
  assert.equal(new Set([first.group, sideBySide.group, second.group]).size, 1)
  assert.notEqual(other.group, first.group)
})

test('nothing is learned from failed, rejected, incomplete or doubtful sessions', () => {
  assert.deepEqual(images.samples(session({ media: [media('input', 'a')] }), []), [])
  assert.deepEqual(images.samples(session({ outcome: { status: 'failed' } }), []), [])
  assert.deepEqual(images.samples(session(), [edit('reject', null)]), [])
  const doubtful: Given = { context: { origin: { doubt: 'sizes differ' } } }
  assert.deepEqual(images.samples(session(doubtful), []), [])
  assert.equal(images.samples(session(doubtful), [edit('accept', null)]).length, 1)
})

test('the latest word counts, whatever order the edits come in', () => {
  const edits = [
    edit('reject', null, '2025-04-01T00:00:00Z', 1),
    edit('accept', null, '2025-04-02T00:00:00Z', 2),
    edit('rating', -1, '2025-04-01T00:00:00Z', 3),
    edit('rating', { rating: 1 }, '2025-04-03T00:00:00.5Z', 4),
    edit('rating', { value: 0 }, '2025-04-03T00:00:00Z', 5),
    edit('images.instruction', { instruction: 'Make it a modern farmhouse' }, '2025-04-01T00:00:00Z', 6),
    edit('images.outcome', { kept: true, downloaded: false }, '2025-04-01T00:00:00Z', 7),
    edit('note', 'nice', '2025-05-01T00:00:00Z', 8),
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray(edits, { minLength: edits.length }), (shuffled) => {
      const pair = onlyPair(shuffled, { outcome: { rating: 0, kept: false, reported: false } })
      assert.equal(pair.instruction, 'Make it a modern farmhouse')
      const { rating, kept, downloaded, reported, regenerated, accepted } = pair.attributes
      assert.deepEqual([rating, kept, downloaded, reported, regenerated, accepted], [1, true, false, false, null, true])
    }),
  )
})

test('joining samples does not depend on the order and loses no source', () => {
  const a = onlyPair([], { contributor: 'p-1', values: { model: 'edit-3' } })
  const b = { ...onlyPair([edit('rating', 1)], { contributor: 'p-2' }), sessions: [id(7)] }
  assert.deepEqual(images.mergeSamples(a, b), images.mergeSamples(b, a))
  const both = images.mergeSamples(a, b)
  assert.deepEqual(
    [both.sessions, both.contributors],
    [
      [id(1), id(7)],
      ['p-1', 'p-2'],
    ],
  )
  assert.deepEqual([both.attributes['model'], both.attributes['rating']], ['edit-3', 1])
  assert.deepEqual(images.mergeSamples(a, a), a)
})

test('facets are few, searchable text is the instruction, the summary is one line', () => {
  const value = session({
    context: { instruction: `Paint the door ${'very '.repeat(20)}red\nplease`, language: 'en', turnIndex: 2 },
    values: { model: 'edit-3', provider: 'here' },
    outcome: { rating: -1, kept: false, latencyMs: 12, cost: { amount: 1, currency: 'EUR' }, reported: true },
  })
  const facets = images.facets(value)
  assert.ok(facets.length <= 16)
  assert.equal(new Set(facets.map((facet) => facet.key)).size, facets.length)
  assert.ok(facets.some((facet) => facet.key === 'rating' && 'number' in facet && facet.number === -1))
  assert.equal(
    images.facets(session()).some((facet) => facet.key === 'rating'),
    false,
    'unknown gives no facet',
  )
  assert.match(images.searchText(value) ?? '', /red\nplease edit-3$/)
  const summary = images.summary(value)
  assert.match(summary, /^Paint the door very .*…, 400 x 300, edit-3, turn 2, rated bad$/)
})

test('tables count by instruction, model and day, and leave what is unknown null', () => {
  const sessions = [
    session({ n: 1, context: { instruction: 'Make it WINTER.' }, outcome: { latencyMs: 100, rating: 1 } }),
    session({ n: 1, context: { instruction: 'make it  winter' }, outcome: { latencyMs: 300, kept: true } }),
    session({ n: 2, values: { model: 'edit-3' }, outcome: { status: 'failed' } }),
  ]
  const rowsOf = (name: string) => {
    const gatherer = images.tables[name]?.start()
    assert.ok(gatherer, name)
    for (const each of sessions) gatherer.add(each)
    return gatherer.rows()
  }
  assert.deepEqual(rowsOf('instruction'), [
    { group: 'make it winter', values: [2, 2, 0, 200, 1, 1, 1] },
    { group: 'make it modern farmhouse style', values: [1, 0, 1, null, 0, null, null] },
  ])
  assert.deepEqual(
    rowsOf('model').map((row) => row.group),
    ['(unknown)', 'edit-3'],
  )
  assert.deepEqual(
    rowsOf('image-day').map((row) => row.group),
    ['2025-03-01', '2025-03-02'],
  )
  const [all] = rowsOf('diversity')
  assert.deepEqual(all?.values.slice(0, 2), [3, 2])
  for (const [name, table] of Object.entries(images.tables)) {
    for (const row of rowsOf(name)) assert.equal(row.values.length, table.columns.length)
  }
})

test('instructions that differ only in form are one', () => {
  for (const text of ['Make it modern', ' make  it\tMODERN. ', '“Make it modern!”', 'ｍake it modern']) {
    assert.equal(normaliseInstruction(text), 'make it modern')
  }
  assert.equal(normaliseInstruction('...'), '...', 'nothing but marks stays what it is')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'B', ' ', '"', '“', '.', '!', 'İ', 'ſ', 'ﬁ', '　', 'ϓ') }),
      (text) => {
        const once = normaliseInstruction(text)
        assert.equal(normaliseInstruction(once), once)
      },
    ),
    { numRuns: 2000 },
  )
})

test('diversity is entropy and the share of distinct words', () => {
  const even = diversity(
    new Map([
      ['red door', 2],
      ['blue door', 2],
      ['red roof', 2],
      ['blue roof', 2],
    ]),
  )
  assert.equal(even.entropyBits, 2)
  assert.equal(even.typeTokenRatio, 4 / 16)
  assert.equal(diversity(new Map([['red door', 9]])).entropyBits, 0)
})

test('a post of the old door becomes a session that the schema accepts', () => {
  const parts = {
    id: id(5),
    project: 'default',
    originalImage: media('original', 'a'),
    reimaginedImage: media('reimagined', 'b'),
    instruction: 'modern farmhouse',
    contributor: null,
    consent: { basis: 'declared', scopes: ['collect', 'train'], textSha256: null, givenAt: null },
    nowMs: Date.UTC(2025, 0, 15, 10, 30, 45, 123),
  } as const
  const made = storeImageSession(parts)
  assert.equal(images.schema.safeParse(made).success, true)
  assert.equal(made.recordedAt, '2025-01-15T10:30:45.123Z')
  assert.deepEqual(
    made.media.map((each) => each.role),
    ['input', 'output'],
  )
  assert.equal(images.samples(made as unknown as AnySession, []).length, 1)
  for (const instruction of ['', '  ', 'x'.repeat(10_001)]) {
    assert.throws(
      () => storeImageSession({ ...parts, instruction }),
      (error) => error instanceof Fault && error.code === 'request.invalid' && error.message.length < 500,
    )
  }
  assert.deepEqual(['', ' Anonymous ', ' A@b.example'].map(personOf), [null, null, 'a@b.example'])
})

test('the four figures are those of the old door', () => {
  const gatherer = storeImageFigures()
  assert.deepEqual(gatherer.figures(), { totalSessions: 0, totalImages: 0, latestSession: null, instructionTypes: 0 })
  gatherer.add(session({ n: 3 }))
  gatherer.add(session({ n: 1, context: { instruction: 'contemporary style' } }))
  gatherer.add(session({ n: 2, media: [media('input', 'a')] }))
  assert.deepEqual(gatherer.figures(), {
    totalSessions: 3,
    totalImages: 5,
    latestSession: '2025-03-03T10:00:00.000Z',
    instructionTypes: 2,
  })
})
