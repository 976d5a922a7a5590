import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type ConsentEntry,
  type ConsentScope,
  type ConsentStatement,
  type ConsentSubject,
  consentScopes,
  decideConsent,
} from './consent.ts'

const own: ConsentSubject = { id: 's1', contributor: null, consent: null }
const someone: ConsentSubject = { id: 's1', contributor: 'anna', consent: null }
const stated = (...scopes: readonly ConsentScope[]): ConsentStatement => ({
  basis: 'explicit',
  scopes,
  textSha256: null,
  givenAt: null,
})
const line = (
  decision: ConsentEntry['decision'],
  about: { contributor?: string; session?: string } = {},
  scopes: readonly ConsentScope[] = consentScopes,
): ConsentEntry => ({
  id: 'e',
  at: '2026-01-01T00:00:00Z',
  principal: 'owner',
  project: 'default',
  contributor: about.contributor ?? null,
  session: about.session ?? null,
  decision,
  scopes,
  text: null,
})
const anna = { contributor: 'anna' }
const session = { session: 's1' }

const table: readonly {
  readonly why: string
  readonly subject: ConsentSubject
  readonly entries?: readonly ConsentEntry[]
  readonly allowed: readonly ConsentScope[]
}[] = [
  { why: 'the owner trains on what is his, and does not share unasked', subject: own, allowed: ['collect', 'train'] },
  { why: 'nobody agreed', subject: someone, allowed: [] },
  { why: 'the statement decides', subject: { ...someone, consent: stated('collect') }, allowed: ['collect'] },
  { why: 'an empty statement is a no, for the owner too', subject: { ...own, consent: stated() }, allowed: [] },
  { why: 'the project was declared', subject: someone, entries: [line('granted')], allowed: consentScopes },
  {
    why: 'a declaration covers its scopes only',
    subject: someone,
    entries: [line('granted', {}, ['train'])],
    allowed: ['train'],
  },
  {
    why: 'a declaration does not widen what a person agreed to',
    subject: { ...someone, consent: stated('collect') },
    entries: [line('granted')],
    allowed: ['collect'],
  },
  {
    why: 'a declaration is about nobody, not about the sessions of nobody',
    subject: { ...own, consent: stated('collect') },
    entries: [line('granted')],
    allowed: ['collect'],
  },
  {
    why: 'a person agreed later',
    subject: { ...someone, consent: stated('collect') },
    entries: [line('granted', anna)],
    allowed: consentScopes,
  },
  {
    why: 'a person withdrew later',
    subject: { ...someone, consent: stated(...consentScopes) },
    entries: [line('withdrawn', anna, ['share'])],
    allowed: ['collect', 'train'],
  },
  {
    why: 'another person withdrew',
    subject: { ...someone, consent: stated('train') },
    entries: [line('withdrawn', { contributor: 'ben' })],
    allowed: ['train'],
  },
  {
    why: 'a line about no contributor is not about an unknown one',
    subject: own,
    entries: [line('withdrawn', { contributor: 'ben' })],
    allowed: ['collect', 'train'],
  },
  {
    why: 'the session goes before the person',
    subject: someone,
    entries: [line('withdrawn', session), line('granted', anna)],
    allowed: [],
  },
  { why: 'another session is not meant', subject: someone, entries: [line('granted', { session: 's2' })], allowed: [] },
  {
    why: 'the last line about the same counts',
    subject: someone,
    entries: [line('granted', anna), line('withdrawn', anna), line('granted', anna, ['train'])],
    allowed: ['train'],
  },
  {
    why: 'a withdrawal for the whole project stops what was agreed before',
    subject: { ...someone, consent: stated(...consentScopes) },
    entries: [line('granted'), line('withdrawn')],
    allowed: [],
  },
  {
    why: 'a withdrawal for the whole project stops the owner too',
    subject: own,
    entries: [line('withdrawn', {}, ['train'])],
    allowed: ['collect'],
  },
  {
    why: 'a person goes before the project',
    subject: someone,
    entries: [line('granted', anna), line('withdrawn')],
    allowed: consentScopes,
  },
]

for (const { why, subject, entries = [], allowed } of table) {
  test(why, () => {
    const found = consentScopes.filter((scope) => decideConsent(subject, entries, scope).allowed)
    assert.deepEqual(found, allowed)
  })
}

test('a refusal says why', () => {
  const because = (subject: ConsentSubject, entries: readonly ConsentEntry[]) => {
    const decision = decideConsent(subject, entries, 'share')
    return decision.allowed ? null : decision.because
  }
  assert.equal(because(someone, []), 'nobody has agreed to "share"')
  assert.equal(because({ ...someone, consent: stated('train') }, []), 'consent at record time does not cover "share"')
  assert.equal(because(someone, [line('withdrawn', anna)]), 'withdrawn on 2026-01-01T00:00:00Z')
})

const about = fc.constantFrom({}, anna, { contributor: 'ben' }, session, { session: 's2' })
const entry = fc
  .tuple(fc.constantFrom('granted' as const, 'withdrawn' as const), about, fc.subarray([...consentScopes]))
  .map((parts) => line(...parts))
const subject = fc.record<ConsentSubject>({
  id: fc.constant('s1'),
  contributor: fc.constantFrom(null, 'anna'),
  consent: fc.option(fc.subarray([...consentScopes]).map((scopes) => stated(...scopes))),
})

test('property: withdrawing for a session always stops it, and granting it always allows it', () => {
  fc.assert(
    fc.property(subject, fc.array(entry), fc.constantFrom(...consentScopes), (who, entries, scope) => {
      assert.equal(decideConsent(who, [...entries, line('withdrawn', session, [scope])], scope).allowed, false)
      assert.equal(decideConsent(who, [...entries, line('granted', session, [scope])], scope).allowed, true)
    }),
  )
})

test('property: a withdrawal never allows anything that was not allowed before', () => {
  fc.assert(
    fc.property(subject, fc.array(entry), about, fc.subarray([...consentScopes]), (who, entries, what, scopes) => {
      const after = [...entries, line('withdrawn', what, scopes)]
      for (const scope of consentScopes) {
        if (!decideConsent(who, entries, scope).allowed) assert.equal(decideConsent(who, after, scope).allowed, false)
      }
    }),
  )
})
