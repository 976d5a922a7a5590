/** Several processes on one data directory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from './open.ts'
import { startWriter } from './suite-children.ts'
import { contextOf } from './suite-rows.ts'
import { makeFolderOf } from './suite-store.ts'

test('eight processes that make and write one data directory at once lose nothing', async () => {
  const folder = makeFolderOf('writers')
  try {
    const children = Array.from({ length: 8 }, (_, i) => startWriter(folder.data, i * 1000, 20))
    for (const child of children) assert.equal(await child.ended, 0, child.errors())
    const store = await openStore(folder.data)
    try {
      assert.equal(await store.catalog.count({}, 1000), 8 * 20)
      assert.equal(
        children.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
        8 * 20,
      )
      for (const { acknowledged } of children) {
        for (const [id, hash] of acknowledged) assert.equal((await store.catalog.session(id))?.hash, hash)
      }
      assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    } finally {
      await store.close()
    }
  } finally {
    folder.remove()
  }
})

test('two stores of one process see what the other wrote, whichever thread makes the commits', async () => {
  const folder = makeFolderOf('writers')
  const [a, b] = await Promise.all([openStore(folder.data), openStore(folder.data, { writesInThread: false })])
  try {
    assert.equal(a.secret, b.secret)
    await a.catalog.putDocument('p', 'n', 'from a')
    assert.equal(await b.catalog.document('p', 'n'), 'from a')
    await b.catalog.putDocument('p', 'n', 'from b')
    assert.equal(await a.catalog.document('p', 'n'), 'from b')
  } finally {
    await a.close()
    await b.close()
    folder.remove()
  }
})

test('a store whose thread makes the commits itself takes no calls once it is closed, and finished those before', async () => {
  const folder = makeFolderOf('writers')
  const store = await openStore(folder.data, { writesInThread: false })
  try {
    const called = store.setPreference('before', 1)
    await store.close()
    await called
    await assert.rejects(store.setPreference('after', 2), { code: 'store.missing' })
    const again = await openStore(folder.data)
    try {
      assert.deepEqual([await again.preference('before'), await again.preference('after')], [1, null])
    } finally {
      await again.close()
    }
  } finally {
    folder.remove()
  }
})
