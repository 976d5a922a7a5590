import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterOf, inWords, isNarrowed, toParams, toQuery } from '../src/data/session-filter.ts'
import { sayBytes, sayDuration } from '../src/data/say.ts'
import { matchPath } from '../src/route/match-path.ts'

test('the address is read as a filter; what is not known in it is left out', () => {
  const search = new URLSearchParams('domain=gui&status=nope&text=save&facet=app:Shop&facet=actions:2..5&x=1')
  const filter = filterOf(search, 'p')
  assert.deepEqual(filter, { project: 'p', domain: 'gui', text: 'save', facet: ['app:Shop', 'actions:2..5'] })
  assert.equal(isNarrowed(filter), true)
  assert.equal(isNarrowed(filterOf(new URLSearchParams('project=p'), 'p')), false)
})

test('a filter becomes a query that is saved, and the same address again', () => {
  const filter = { project: 'p', domain: 'gui' as const, facet: ['app:Shop', 'actions:2..', 'note:"1..2"'] }
  const query = toQuery(filter)
  assert.deepEqual(query.facets, [
    { key: 'app', text: 'Shop' },
    { key: 'actions', min: 2, max: null },
    { key: 'note', text: '1..2' },
  ])
  assert.deepEqual(toParams(query), { domain: 'gui', facet: filter.facet })
  assert.equal(inWords(query), 'gui sessions, actions at least 2, app Shop, note 1..2')
  assert.equal(inWords({ project: 'p' }), 'all sessions')
})

test('paths give their parts, decoded; a broken escape is no match', () => {
  assert.deepEqual(matchPath('/datasets/{name}', '/datasets/a%2Fb'), { name: 'a/b' })
  assert.deepEqual(matchPath('/sessions', '/sessions/'), {})
  assert.equal(matchPath('/sessions/{id}', '/sessions'), null)
  assert.equal(matchPath('/datasets/{name}', '/datasets/%'), null)
})

test('sizes and times are said in units that people use', () => {
  const bytes = [0, 999, 1000, 1234, 99_400, 999_600, 51e9].map(sayBytes)
  assert.deepEqual(bytes, ['0 B', '999 B', '1.0 kB', '1.2 kB', '99 kB', '1.0 MB', '51 GB'])
  assert.deepEqual([999, 1000, 59_960, 61_000, 3_600_000].map(sayDuration), [
    '999 ms',
    '1.0 s',
    '1 min 0 s',
    '1 min 1 s',
    '1 h 0 min',
  ])
})
