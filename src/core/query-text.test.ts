import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from './faults.ts'
import type { FacetFilter, SessionQuery } from './query.ts'
import { domainNames, runStatuses } from './session.ts'
import { formatFacet, formatQuery, parseFacet, parseQuery, queryWords } from './query-text.ts'

const uuid = '01890c2e-7b1d-7cc4-9a3b-0123456789ab'
const full: SessionQuery = {
  project: 'film & co',
  domain: 'camera',
  status: 'succeeded',
  contributor: 'anna',
  host: 'blender',
  from: '2026-01-01T00:00:00Z',
  to: '2026-02-01T00:00:00Z',
  text: 'pan shot',
  import: uuid,
  facets: [
    { key: 'errorPx', min: null, max: 0.5 },
    { key: 'region', text: 'center' },
  ],
}

test('a query has one address, with its parameters in a fixed order', () => {
  const address =
    'project=film+%26+co&domain=camera&status=succeeded&contributor=anna&host=blender&from=2026-01-01T00:00:00Z' +
    `&to=2026-02-01T00:00:00Z&text=pan+shot&import=${uuid}&facet=errorPx:..0.5&facet=region:center`
  assert.equal(formatQuery(full), address)
  const shuffled = Object.fromEntries(Object.entries({ ...full, facets: full.facets?.toReversed() }).reverse())
  assert.equal(formatQuery(shuffled), address)
  assert.deepEqual(parseQuery(address), full)
  assert.deepEqual(parseQuery(`?${address}`), full)
  assert.deepEqual(parseQuery(new URLSearchParams(address)), full)
  assert.equal(formatQuery({}), '')
  assert.deepEqual(parseQuery(''), {})
})

test('facets are text, or a range with its ends open or not', () => {
  const cases: readonly (readonly [string, FacetFilter])[] = [
    ['app:mail', { key: 'app', text: 'mail' }],
    ['url:http://a:8080/', { key: 'url', text: 'http://a:8080/' }],
    ['fps:24..30', { key: 'fps', min: 24, max: 30 }],
    ['fps:24..', { key: 'fps', min: 24, max: null }],
    ['fps:..-1.5e-3', { key: 'fps', min: null, max: -0.0015 }],
    ['fps:..', { key: 'fps', min: null, max: null }],
    ['fps:24..24', { key: 'fps', min: 24, max: 24 }],
    ['name:"1..2"', { key: 'name', text: '1..2' }],
    ['name:""', { key: 'name', text: '' }],
    ['a%3Ab:c', { key: 'a:b', text: 'c' }],
  ]
  for (const [text, facet] of cases) {
    assert.deepEqual(parseFacet(text), facet)
    assert.deepEqual(parseFacet(formatFacet(facet)), facet)
  }
})

const refused: readonly (readonly [params: string, where: string | null, message: RegExp])[] = [
  ['stauts=failed', null, /expected one of project, .*facet, found the parameter "stauts"/],
  ['domain=audio', 'domain', /one of camera, images, gui, found audio/],
  ['status=ok', 'status', /one of succeeded/],
  ['status=failed&status=partial', 'status', /one value, found 2 values/],
  ['project=', 'project', /1 to 200 characters/],
  ['host=a%00b', 'host', /no control characters/],
  [`contributor=${'x'.repeat(201)}`, 'contributor', /1 to 200/],
  ['from=yesterday', 'from', /a UTC time/],
  ['from=2026-02-30', 'from', /a UTC time/],
  ['from=2026-01-01T00:00:00%2B01:00', 'from', /a UTC time/],
  ['to=2026-01-01T25:00:00Z', 'to', /a UTC time/],
  ['from=2026-01-02&to=2026-01-01', 'to', /a time after/],
  ['text=+', 'text', /1 to 300 characters/],
  [`text=${'x'.repeat(301)}`, 'text', /1 to 300/],
  ['import=5', 'import', /UUID/],
  ['facet=region', 'facet', /key:text/],
  ['facet=:x', 'facet', /key:text/],
  ['facet=region:', 'facet', /a value after "region:"/],
  ['facet=fps:1..x', 'facet', /two numbers around "\.\."/],
  ['facet=fps:30..24', 'facet', /the smaller number first/],
  [`facet=${'k'.repeat(201)}:x`, 'facet', /a key of at most 200/],
  [`facet=k:${'x'.repeat(400)}`, 'facet', /at most 300 characters/],
  ['facet=a:b&'.repeat(21), 'facet', /at most 20 facets/],
]

test('what cannot be understood is refused by the name of its parameter', () => {
  for (const [params, where, message] of refused) {
    assert.throws(
      () => parseQuery(params),
      (error) => {
        assert.ok(error instanceof Fault && error.code === 'query.invalid', params)
        assert.equal(error.where, where, params)
        assert.match(error.message, message)
        return true
      },
    )
  }
})

test('a day is its first moment, and parameters of the page itself are left alone', () => {
  assert.deepEqual(parseQuery('from=2026-01-01&cursor=abc&sort=new', ['cursor', 'sort']), {
    from: '2026-01-01T00:00:00Z',
  })
  assert.throws(() => parseQuery('from=2026-01-01&cursor=abc'), /the parameter "cursor"/)
})

test('a query in words', () => {
  assert.equal(
    queryWords(full),
    'camera sessions, project film & co, succeeded, by anna, recorded in blender, from 2026-01-01T00:00:00Z, ' +
      `before 2026-02-01T00:00:00Z, with the words "pan shot", errorPx up to 0.5, region center, of import ${uuid}`,
  )
  assert.equal(queryWords({}), 'sessions')
  const facets: readonly FacetFilter[] = [
    { key: 'a', min: 1, max: null },
    { key: 'b', min: 1, max: 2 },
    { key: 'c', min: 3, max: 3 },
    { key: 'd', min: null, max: null },
  ]
  assert.equal(queryWords({ facets }), 'sessions, a at least 1, b 1 to 2, c 3, any d')
})

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !/[\u0000-\u001f\u007f]/.test(text) && text.isWellFormed())
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x))
const facet: fc.Arbitrary<FacetFilter> = fc.oneof(
  fc
    .tuple(name, fc.oneof(name, fc.constantFrom('', '..', '"', '""', '"a"', '1..2', 'a:b', '%3A', '%')))
    .map(([key, text]) => ({ key, text })),
  fc.tuple(name, fc.option(number), fc.option(number)).map(([key, a, b]) => ({
    key,
    min: a !== null && b !== null ? Math.min(a, b) : a,
    max: a !== null && b !== null ? Math.max(a, b) : b,
  })),
)
const query: fc.Arbitrary<SessionQuery> = fc.record(
  {
    project: name,
    domain: fc.constantFrom(...domainNames),
    status: fc.constantFrom(...runStatuses),
    contributor: name,
    host: name,
    from: fc
      .date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    to: fc
      .date({ min: new Date('2030-01-02'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    text: name.filter((text) => text.trim() !== ''),
    import: fc.constant(uuid),
    facets: fc.uniqueArray(facet, { minLength: 1, maxLength: 5, selector: formatFacet }),
  },
  { requiredKeys: [], noNullPrototype: true },
)

test('property: any query comes back from its address, whatever its texts hold', () => {
  fc.assert(
    fc.property(query, (asked) => {
      const back = parseQuery(formatQuery(asked))
      const inOrder = asked.facets?.toSorted((a, b) => (formatFacet(a) < formatFacet(b) ? -1 : 1))
      assert.deepEqual(back, inOrder === undefined ? asked : { ...asked, facets: inOrder })
      assert.equal(formatQuery(back), formatQuery(asked))
    }),
    { numRuns: 500 },
  )
})

test('property: any text is read or refused, never something else', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (params) => {
      try {
        parseQuery(params)
      } catch (error) {
        assert.ok(error instanceof Fault && error.code === 'query.invalid')
      }
    }),
  )
})
