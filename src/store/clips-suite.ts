/** What every table of clips must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KnownClip } from '#core/clip-store.ts'
import type { Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'

const clipOf = (n: number, path: string): KnownClip => ({
  fingerprint: `clip-${String(n).padStart(32, '0')}`,
  path,
  stamp: `${n} bytes`,
  info: { frameCount: n },
  uploaded: n % 2 === 1,
  addedAt: new Date(Date.UTC(2026, 0, n)).toISOString(),
})

export function clipsSuite(name: string, open: StoreFactory): void {
  describe(`${name}: clips and preferences`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    before(async () => {
      opened = await open()
      store = opened.store
    })
    after(() => opened.close())

    test('a clip is known where it was seen last, and newest first', async () => {
      const { clips } = store
      for (const n of [1, 3, 2]) await clips.put(clipOf(n, `/films/${n}.mp4`))
      assert.deepEqual(
        (await clips.list()).map(({ path }) => path),
        ['/films/3.mp4', '/films/2.mp4', '/films/1.mp4'],
      )
      const moved = clipOf(1, '/elsewhere/1.mp4')
      await clips.put(moved)
      assert.deepEqual(await clips.get(moved.fingerprint), moved)
      assert.equal((await clips.list()).length, 3)
    })

    test('a clip can be forgotten, once', async () => {
      const { clips } = store
      const { fingerprint } = clipOf(2, '')
      assert.deepEqual([await clips.delete(fingerprint), await clips.delete(fingerprint)], [true, false])
      assert.equal(await clips.get(fingerprint), null)
    })

    test('a preference is null until it is chosen, and then what was chosen last', async () => {
      assert.equal(await store.preference('p'), null)
      await store.setPreference('p', { a: true })
      await store.setPreference('p', { a: false })
      assert.deepEqual(await store.preference('p'), { a: false })
      assert.equal(await store.preference('q'), null)
    })

    test('a preference is swapped by one of those that read the same, and nobody is overwritten', async () => {
      assert.deepEqual(
        (await Promise.all([1, 2, 3].map((n) => store.swapPreference('s', null, { n })))).filter(Boolean).length,
        1,
      )
      const read = await store.preference('s')
      assert.equal(await store.swapPreference('s', null, { n: 9 }), false)
      assert.deepEqual(await store.preference('s'), read)
      assert.equal(await store.swapPreference('s', read, { n: 10 }), true)
      assert.deepEqual(await store.preference('s'), { n: 10 })
    })
  })
}
