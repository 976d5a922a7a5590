/** What every table of schedules must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Schedules } from '#core/care-store.ts'
import type { Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { idOf, rowOf } from './suite-rows.ts'

const daily = {
  when: 'Daily at 03:00',
  zone: 'UTC',
  plan: { folder: null, big: 9007199254740993n },
  changedBy: 'owner',
}

export function schedulesSuite(name: string, open: StoreFactory): void {
  describe(`${name}: schedules`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    let schedules: Schedules
    before(async () => {
      opened = await open()
      store = opened.store
      schedules = store.schedules
    })
    after(() => opened.close())

    test('a schedule is kept, in words of its own, and due at its next time', async () => {
      assert.equal(await schedules.get('backup'), null)
      const before = Date.now()
      const kept = await schedules.put({ task: 'backup', ...daily })
      assert.equal(kept.when, 'daily at 03:00')
      assert.deepEqual(kept.plan, daily.plan)
      assert.ok(kept.nextAtMs !== null && kept.nextAtMs > before && kept.nextAtMs <= Date.now() + 86_400_000)
      assert.equal(new Date(kept.nextAtMs).toISOString().slice(11), '03:00:00.000Z')
      assert.deepEqual(await schedules.list(), [kept])
      assert.deepEqual(await schedules.startDue(), [])
    })

    test('what is no time or zone is refused, and leaves what was', async () => {
      await assert.rejects(schedules.put({ task: 'backup', ...daily, when: 'now and then' }), {
        code: 'schedule.invalid',
      })
      await assert.rejects(schedules.put({ task: 'backup', ...daily, zone: 'Nowhere' }), { code: 'schedule.invalid' })
      assert.equal((await schedules.get('backup'))?.when, 'daily at 03:00')
    })

    test('started by hand it is a job, and only one at a time', async () => {
      const [first, second] = await Promise.all([
        schedules.start('backup', { unused: true }, 'ann'),
        schedules.start('backup', {}, 'bob'),
      ])
      assert.equal(second.id, first.id)
      assert.equal(first.kind, 'backup')
      assert.deepEqual(first.params, daily.plan)
      assert.equal((await schedules.get('backup'))?.job, first.id)
      await store.jobs.cancel(first.id)
      const next = await schedules.start('backup', {}, 'bob')
      assert.notEqual(next.id, first.id)
      await store.jobs.cancel(next.id)
      const unplanned = await schedules.start('verify', { repair: false }, 'ann')
      assert.deepEqual(unplanned.params, { repair: false })
      await store.jobs.cancel(unplanned.id)
    })

    test('switched off it is never due, and its plan stays', async () => {
      assert.equal(await schedules.off('backup', 'owner'), true)
      assert.equal(await schedules.off('backup', 'owner'), false)
      assert.equal((await schedules.get('backup'))?.nextAtMs, null)
      assert.deepEqual((await schedules.get('backup'))?.plan, daily.plan)
      assert.equal(await schedules.off('quality', 'owner'), false)
    })

    test('sessions are told in the order in which they came in', async () => {
      await store.catalog.putSessions([rowOf(3), rowOf(1)])
      await store.catalog.putSessions([rowOf(2)])
      const all = await schedules.arrivals(0, 10)
      assert.deepEqual(
        all.map(({ id }) => id),
        [idOf(3), idOf(1), idOf(2)],
      )
      const rest = await schedules.arrivals(all[0]!.seq, 1)
      assert.deepEqual(
        rest.map(({ id }) => id),
        [idOf(1)],
      )
    })
  })
}
