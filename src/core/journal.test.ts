import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from './faults.ts'
import { foldJournal, type JournalOp, lostWriter } from './journal.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from './json.ts'
import type { MediaRef } from './session.ts'

const open: JournalOp = { op: 'open', session: { id: 's', context: { clip: 'a' }, settings: { values: { size: 17 } } } }
const close: JournalOp = { op: 'close', outcome: { status: 'succeeded', durationMs: 12 } }
const set = (path: string, value: Json): JournalOp => ({ op: 'set', path, value })
const append = (path: string, value: Json): JournalOp => ({ op: 'append', path, value })
const frame: MediaRef = { role: 'frame', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 3, width: 1, height: 1 }

const fold = (...ops: readonly JournalOp[]) => foldJournal([open, ...ops])
const refused = (ops: readonly JournalOp[], found: RegExp) =>
  assert.throws(
    () => foldJournal(ops),
    (error) => error instanceof Fault && error.code === 'journal.invalid' && found.test(error.message),
  )

test('operations fold into one session', () => {
  const session = fold(
    set('/telemetry/fps', 24),
    append('/telemetry/tracks', { id: 't1', error: null }),
    append('/telemetry/tracks', { id: 't2', error: null }),
    set('/telemetry/tracks/1/error', 0.5),
    set('/outcome/solve/errorPx', 0.42),
    { op: 'media', media: frame },
    close,
  )
  assert.deepEqual(session, {
    id: 's',
    context: { clip: 'a' },
    settings: { values: { size: 17 } },
    telemetry: {
      fps: 24,
      tracks: [
        { id: 't1', error: null },
        { id: 't2', error: 0.5 },
      ],
    },
    outcome: { status: 'succeeded', error: null, durationMs: 12, solve: { errorPx: 0.42 } },
    media: [frame],
  })
})

test('what the session was opened with stays, and what it lacks is null', () => {
  const opened = foldJournal([
    { op: 'open', session: { telemetry: { a: 1 }, outcome: { goal: 'x' }, media: [frame as unknown as Json] } },
    set('/telemetry/b', 2),
    { op: 'media', media: frame },
    { op: 'close', outcome: {} },
  ])
  assert.deepEqual(opened, {
    telemetry: { a: 1, b: 2 },
    outcome: { status: null, error: null, durationMs: null, goal: 'x' },
    media: [frame, frame],
  })
})

test('a journal whose writer is gone is failed, with everything it had', () => {
  const session = fold(set('/outcome/status', 'succeeded'), set('/outcome/steps', 3), append('/telemetry/log', 'x'))
  assert.deepEqual(session['outcome'], { status: 'failed', error: lostWriter, durationMs: null, steps: 3 })
  assert.deepEqual(session['telemetry'], { log: ['x'] })
})

test('an order that no run has is refused', () => {
  refused([], /an empty journal/)
  refused([close], /found "close"/)
  refused([open, open], /a second one/)
  refused([open, close, set('/telemetry/a', 1)], /nothing after "close"/)
  refused([{ op: 'open', session: { media: 'x' } }], /a list as "media"/)
})

test('only telemetry and outcome can be written, and only below their top', () => {
  for (const path of [
    '',
    '/',
    '/telemetry',
    '/outcome',
    '/context/clip',
    '/settings/values/size',
    '/id',
    'telemetry/a',
    '/media/0',
    '/telemetryx/a',
  ]) {
    refused([open, set(path, 1)], /below \/telemetry or \/outcome/)
  }
})

test('a path does not go through what is neither object nor list', () => {
  refused([open, set('/telemetry/a', 1), set('/telemetry/a/b', 2)], /an object or array at "a"/)
  refused([open, set('/telemetry/a', {}), append('/telemetry/a', 2)], /an array at \/telemetry\/a/)
  refused([{ op: 'open', session: { telemetry: 5 } }, set('/telemetry/a', 1)], /an object or array at "telemetry"/)
})

test('a list is reached by the indices it has, and grows by one at most', () => {
  const list = set('/telemetry/list', [1])
  assert.deepEqual(fold(list, set('/telemetry/list/0', 'a'), set('/telemetry/list/1', 'b'))['telemetry'], {
    list: ['a', 'b'],
  })
  assert.deepEqual(fold(list, append('/telemetry/list/1/deep', 'b'))['telemetry'], { list: [1, { deep: ['b'] }] })
  for (const index of ['2', '4294967294', 'length', '-1', '-', '01', '1.5', '']) {
    refused([open, list, set(`/telemetry/list/${index}`, 1)], /an index from 0 to 1/)
  }
})

test('__proto__ is refused anywhere in a path, and names of Object.prototype are ordinary', () => {
  for (const path of ['/telemetry/__proto__', '/telemetry/__proto__/polluted', '/outcome/a/__proto__/b']) {
    refused([open, set(path, { polluted: true })], /__proto__/)
    refused([open, append(path, 1)], /__proto__/)
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  const session = fold(set('/telemetry/constructor/name', 'x'), append('/telemetry/toString', 1))
  assert.equal(canonicalJson(session['telemetry']), '{"constructor":{"name":"x"},"toString":[1]}')
})

test('pointers are unescaped as RFC 6901 says', () => {
  const session = fold(
    set('/telemetry/a~1b', 1),
    set('/telemetry/m~0n', 2),
    set('/telemetry/~01', 3),
    set('/telemetry/', 4),
  )
  assert.deepEqual(session['telemetry'], { 'a/b': 1, 'm~n': 2, '~1': 3, '': 4 })
})

const operation: fc.Arbitrary<JournalOp> = fc.oneof(
  fc.record({
    op: fc.constant('set' as const),
    path: fc.constantFrom('/telemetry/a', '/telemetry/b', '/outcome/x'),
    value: fc.constantFrom<Json>(1, [], [1], [[2]]),
  }),
  fc.record({
    op: fc.constant('append' as const),
    path: fc.constantFrom('/telemetry/list', '/outcome/list'),
    value: fc.constantFrom<Json>(2n ** 60n, [1], { c: 1 }),
  }),
  fc.constant<JournalOp>({ op: 'media', media: frame }),
)

test('property: folding leaves the operations as they were, so that folding again gives the same', () => {
  fc.assert(
    fc.property(fc.array(operation), (ops) => {
      const all = [open, ...ops, append('/telemetry/nested/list', []), append('/telemetry/nested/list/0', 1), close]
      const before = canonicalJson(all)
      const first = canonicalJson(foldJournal(all))
      assert.equal(canonicalJson(all), before)
      assert.equal(canonicalJson(foldJournal(all)), first)
    }),
  )
})

test('property: folding what was written to a file as lines gives the same session', () => {
  fc.assert(
    fc.property(fc.array(operation), (ops) => {
      const all = [open, ...ops, close]
      const lines = all.map((op) => parseJson(canonicalJson(op)) as JsonObject as unknown as JournalOp)
      assert.equal(canonicalJson(foldJournal(lines)), canonicalJson(foldJournal(all)))
    }),
  )
})
