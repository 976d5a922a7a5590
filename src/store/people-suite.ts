/** What every store of accounts, keys and the audit log must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AccessKey, AuditEntry, PeopleStore } from '#core/people-store.ts'
import { signInIdleMs } from '#core/people-store.ts'
import type { Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { contextOf, editOf, idOf, putText, rowOf, sha256 } from './suite-rows.ts'

const now = Date.UTC(2026, 10, 21, 12)
const createdAt = new Date(now).toISOString()
const owner = { name: 'Ann', role: 'owner', project: null, createdAt } as const
const signInOf = (account: string) => ({
  account,
  createdAtMs: now,
  lastSeenAtMs: now,
  expiresAtMs: now + 10 * signInIdleMs,
})

const keyOf = (n: number, parts: Partial<AccessKey> = {}): AccessKey => ({
  id: idOf(n),
  kind: 'ingest',
  name: `key ${n}`,
  role: 'recorder',
  project: 'p',
  origins: ['https://app.example'],
  createdAt: new Date(now + n).toISOString(),
  createdBy: 'Ann',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...parts,
})

const entryOf = (n: number, parts: Partial<AuditEntry> = {}): AuditEntry => ({
  at: new Date(now + n * 1000).toISOString(),
  principal: n % 2 === 0 ? 'Ann' : 'ci',
  via: n % 2 === 0 ? 'cookie' : 'token',
  action: n % 3 === 0 ? 'POST /api/v1/edits' : 'POST /api/v1/sessions',
  project: 'p',
  target: idOf(n),
  outcome: n % 5 === 0 ? 'session.unknown' : 'done',
  ...parts,
})

export function peopleSuite(name: string, open: StoreFactory): void {
  describe(`${name}: people, keys and the audit log`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    let people: PeopleStore
    before(async () => {
      opened = await open()
      store = opened.store
      people = store.people
    })
    after(() => opened.close())

    test('the first account owns everything, and no name is used twice', async () => {
      assert.equal(await people.hasAccounts(), false)
      assert.equal(await people.addAccount({ ...owner, role: 'viewer' }, 'x'), 'first-owner')
      assert.equal(await people.addAccount({ ...owner, project: 'p' }, 'x'), 'first-owner')
      assert.equal(await people.hasAccounts(), false)
      assert.equal(await people.addAccount(owner, 'scrypt-of-ann'), 'done')
      assert.equal(await people.hasAccounts(), true)
      assert.equal(await people.addAccount({ ...owner, name: 'ANN' }, 'x'), 'taken')
      assert.equal(await people.addAccount({ ...owner, name: 'Bob', role: 'viewer', project: 'p' }, 'of-bob'), 'done')
      assert.equal(await people.addKey(keyOf(1, { name: 'bob' }), sha256('k')), false)
      assert.deepEqual(await people.account('ann', now), {
        ...owner,
        disabledAt: null,
        lastSeenAt: null,
        signIns: 0,
      })
      assert.equal(await people.passwordOf('Ann'), 'scrypt-of-ann')
      assert.equal(await people.passwordOf('Nobody'), null)
    })

    test('the last owner of everything can be neither demoted nor disabled, whoever asks first', async () => {
      for (const change of [{ role: 'viewer' }, { project: 'p' }, { disabled: true }] as const)
        assert.equal(await people.changeAccount('Ann', change, now), 'last-owner')
      assert.equal(await people.addAccount({ ...owner, name: 'Cid' }, 'of-cid'), 'done')
      const both = await Promise.all(['Ann', 'Cid'].map((who) => people.changeAccount(who, { disabled: true }, now)))
      assert.deepEqual(both.toSorted(), ['done', 'last-owner'])
      for (const who of ['Ann', 'Cid']) assert.equal(await people.changeAccount(who, { disabled: false }, now), 'done')
      assert.equal(await people.changeAccount('Dora', { role: 'viewer' }, now), 'unknown')
      assert.equal(await people.changeAccount('Bob', { role: 'reviewer', project: 'q' }, now), 'done')
      const bob = await people.account('Bob', now)
      assert.deepEqual([bob?.role, bob?.project, bob?.disabledAt], ['reviewer', 'q', null])
    })

    test('a sign-in names its account until it is ended, and all end with a disabled account or a new password', async () => {
      const [one, two, three] = ['1', '2', '3'].map(sha256) as [string, string, string]
      for (const hash of [one, two, three]) await people.addSignIn(hash, signInOf('Bob'))
      assert.deepEqual(await people.signIn(one), { ...signInOf('Bob'), role: 'reviewer', project: 'q' })
      assert.equal(await people.signIn(sha256('4')), null)
      await people.touchSignIn(one, now + 5)
      assert.equal((await people.signIn(one))?.lastSeenAtMs, now + 5)
      const seen = await people.account('Bob', now + 5)
      assert.deepEqual([seen?.lastSeenAt, seen?.signIns], [new Date(now + 5).toISOString(), 3])
      assert.equal((await people.account('Bob', now + 2 * signInIdleMs))?.signIns, 0)
      assert.equal(await people.endSignIns({ hash: three }), 1)
      assert.equal(await people.endSignIns({ hash: three }), 0)
      assert.equal(await people.setPassword('Bob', 'new', one), 'done')
      assert.deepEqual([await people.signIn(two), await people.passwordOf('Bob')], [null, 'new'])
      assert.ok(await people.signIn(one))
      assert.equal(await people.setPassword('Dora', 'new', null), 'unknown')
      await people.changeAccount('Bob', { disabled: true }, now)
      assert.equal(await people.signIn(one), null)
      assert.equal(await people.passwordOf('Bob'), null)
      await people.changeAccount('Bob', { disabled: false }, now)
      assert.equal(await people.signIn(one), null, 'letting somebody in again opens no old sign-in')
    })

    test('a key is found by its hash, and its origins count while it is in force', async () => {
      const key = keyOf(2)
      assert.equal(await people.addKey(key, sha256('secret')), true)
      assert.deepEqual(await people.keyByHash(sha256('secret')), key)
      assert.equal(await people.keyByHash(sha256('other')), null)
      assert.equal(await people.isIngestOrigin('https://app.example', now), true)
      assert.equal(await people.isIngestOrigin('https://app.example.evil', now), false)
      await people.touchKey(key.id, now + 7)
      const revoked = await people.revokeKey(key.id, now + 9)
      const at = new Date(now + 9).toISOString()
      assert.deepEqual(revoked, { ...key, lastUsedAt: new Date(now + 7).toISOString(), revokedAt: at })
      assert.deepEqual(await people.revokeKey(key.id, now + 99), revoked)
      assert.equal(await people.revokeKey(idOf(99), now), null)
      assert.equal(await people.isIngestOrigin('https://app.example', now), false)
      const late = keyOf(3, { name: key.name, expiresAt: new Date(now + 1000).toISOString() })
      assert.equal(await people.addKey(late, sha256('again')), true, 'the name of one that was revoked is free')
      assert.equal(await people.isIngestOrigin('https://app.example', now), true)
      assert.equal(await people.isIngestOrigin('https://app.example', now + 1000), false)
      assert.deepEqual(
        (await people.keys()).map(({ id }) => id),
        [late.id, key.id],
      )
    })

    test('bytes are foreign to a project until somebody sent them for it, or a session of it refers to them', async () => {
      const [sent, used, other] = [
        await putText(store.blobs, 'sent'),
        await putText(store.blobs, 'used'),
        await putText(store.blobs, 'other'),
      ]
      await people.noteUpload('own', sent, now)
      await store.catalog.putSessions([
        rowOf(1, { project: 'own', media: [used] }),
        rowOf(2, { project: 'else', media: [other, used] }),
      ])
      assert.deepEqual(await people.foreignBlobs('own', [sent, used, other]), [other])
      assert.deepEqual(await people.foreignBlobs('else', [sent, used, other]), [sent])
      await people.noteUpload('own', other, now + 31 * 86_400_000)
      assert.deepEqual(await people.foreignBlobs('own', [sent, used, other]), [sent], 'after a month it was not lately')
    })

    test('the log is read newest first, page by page, by who, what, where and how it ended', async () => {
      await people.audit(Array.from({ length: 20 }, (_, n) => entryOf(n)))
      const all = (await people.auditPage({}, 100, null)).items
      assert.deepEqual(all[0], entryOf(19))
      assert.equal(all.length, 20)
      const seen: AuditEntry[] = []
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<PeopleStore['auditPage']>> = await people.auditPage(
          { principal: 'ci' },
          3,
          cursor,
        )
        seen.push(...page.items)
        cursor = page.next
      } while (cursor !== null)
      assert.deepEqual(
        seen,
        all.filter(({ principal }) => principal === 'ci'),
      )
      const count = async (query: Parameters<PeopleStore['auditPage']>[0]) =>
        (await people.auditPage(query, 100, null)).items.length
      assert.equal(await count({ action: 'POST /api/v1/e' }), 7)
      assert.equal(await count({ action: 'POST /api/v1/%' }), 0)
      assert.equal(await count({ refused: true }), 4)
      assert.equal(await count({ refused: false, principal: 'Ann' }), 8)
      assert.equal(await count({ target: idOf(4) }), 1)
      assert.equal(await count({ project: 'q' }), 0)
      assert.equal(await count({ from: entryOf(5).at, to: entryOf(9).at }), 4)
      const { next } = await people.auditPage({}, 3, null)
      await assert.rejects(people.auditPage({ principal: 'Ann' }, 3, next), { code: 'cursor.invalid' })
    })

    test('what was erased is named by no line of it', async () => {
      await store.catalog.putSessions([rowOf(50)])
      await store.catalog.putEdits([editOf(50, idOf(50))])
      await people.audit([entryOf(50), entryOf(51)])
      await store.forget({ sessions: [idOf(50)] }, 'owner', contextOf())
      const { items } = await people.auditPage({}, 2, null)
      assert.deepEqual(
        items.map(({ target }) => target),
        [idOf(51), null],
      )
    })
  })
}
