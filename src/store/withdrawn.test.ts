import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { ConsentEntry, ConsentScope } from '#core/consent.ts'
import type { Store } from '#core/store.ts'
import { openStore } from './open.ts'
import { contextOf, idOf, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

describe('a withdrawal in the ledger', () => {
  let folder: Folder
  let store: Store
  let lines = 0
  beforeEach(async () => {
    folder = makeFolderOf('withdrawn')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  function say(
    decision: ConsentEntry['decision'],
    about: { readonly contributor?: string; readonly session?: string; readonly project?: string },
    scopes: readonly ConsentScope[] = ['collect', 'train'],
  ): Promise<void> {
    const { contributor = null, session = null, project = 'p' } = about
    const id = `line-${++lines}`
    const at = '2026-11-20T00:00:00Z'
    return store.consent.append({ id, at, principal: 'o', project, contributor, session, decision, scopes, text: null })
  }
  const put = async (n: number, contributor: string | null) =>
    (await store.catalog.putSessions([rowOf(n, { contributor })]))[0]

  test('keeps further runs of the contributor out, until the person agrees again', async () => {
    assert.equal(await put(1, 'ann'), 'created')
    await say('withdrawn', { contributor: 'ann' })
    assert.equal(await put(2, 'ann'), 'withdrawn')
    assert.equal(await put(1, 'ann'), 'repeated', 'what is kept already is for forget')
    assert.equal(await put(3, 'ben'), 'created')
    assert.equal(await put(4, null), 'created')
    await say('granted', { contributor: 'ann' })
    assert.equal(await put(2, 'ann'), 'created')
  })

  test('goes from the session over its contributor to the project, and is of one project', async () => {
    await say('withdrawn', {})
    await say('granted', { contributor: 'ann' })
    await say('withdrawn', { session: idOf(3), contributor: 'ann' })
    await say('withdrawn', { project: 'other', contributor: 'ann' })
    assert.equal(await put(1, 'ben'), 'withdrawn')
    assert.equal(await put(2, 'ann'), 'created')
    assert.equal(await put(3, 'ann'), 'withdrawn')
  })

  test('of training keeps nothing from being recorded', async () => {
    await say('withdrawn', { contributor: 'ann' }, ['train', 'share'])
    assert.equal(await put(1, 'ann'), 'created')
  })

  test('does not hold up one session for another, nor leave a long one behind', async () => {
    await say('withdrawn', { contributor: 'ann' })
    const long = rowOf(2, { contributor: 'ann' }, { text: 'x'.repeat(300_000) })
    assert.deepEqual(await store.catalog.putSessions([rowOf(1), long, rowOf(3)]), ['created', 'withdrawn', 'created'])
    await store.gc({ graceMs: -60_000, dryRun: false }, contextOf())
    assert.deepEqual(await store.blobs.missing([long.hash]), [long.hash])
  })
})
