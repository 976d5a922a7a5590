/** What every job table must do. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import type { Jobs } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { idOf } from './suite-rows.ts'

const leaseMs = 60_000

export function jobsSuite(name: string, open: StoreFactory): void {
  describe(`${name}: jobs`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let jobs: Jobs
    let count = 0
    before(async () => {
      opened = await open()
      jobs = opened.store.jobs
    })
    after(() => opened.close())
    const add = (kind: string) =>
      jobs.add({
        id: idOf(++count),
        kind,
        project: 'p',
        principal: 'owner',
        params: { n: count, big: 9007199254740993n },
      })

    test('a job is kept with all it was given, and runs once', async () => {
      const job = await add('a')
      assert.equal(job.state, 'queued')
      assert.deepEqual(job.params, { n: count, big: 9007199254740993n })
      assert.equal(await jobs.claim('w1', ['other'], leaseMs), null)
      const claimed = await jobs.claim('w1', ['other', 'a'], leaseMs)
      assert.equal(claimed?.id, job.id)
      assert.equal(claimed?.state, 'running')
      assert.equal(claimed?.attempts, 1)
      assert.equal(await jobs.claim('w2', ['a'], leaseMs), null)
      const progress = { done: 1, total: 2, unit: 'images', note: null }
      assert.deepEqual(await jobs.heartbeat(job.id, 'w1', leaseMs, progress, { at: 7 }), { held: true, cancel: false })
      assert.deepEqual((await jobs.get(job.id))?.progress, progress)
      assert.equal(await jobs.finish(job.id, 'w1', { state: 'succeeded', result: { ok: true } }), true)
      const done = await jobs.get(job.id)
      assert.equal(done?.state, 'succeeded')
      assert.deepEqual(done?.result, { ok: true })
      assert.deepEqual(done?.checkpoint, { at: 7 })
      assert.ok(done?.finishedAt && done.startedAt && done.createdAt <= done.startedAt)
      assert.equal(await jobs.finish(job.id, 'w1', { state: 'failed' }), false)
    })

    test('a job that is given back goes to the next worker, as if it had not been begun', async () => {
      const job = await add('r')
      await jobs.claim('w1', ['r'], leaseMs)
      await jobs.heartbeat(job.id, 'w1', leaseMs, null, { at: 3 })
      assert.equal(await jobs.release(job.id, 'w2'), false)
      assert.equal(await jobs.release(job.id, 'w1'), true)
      assert.equal(await jobs.release(job.id, 'w1'), false)
      const again = await jobs.claim('w2', ['r'], leaseMs)
      assert.deepEqual([again?.id, again?.attempts, again?.checkpoint], [job.id, 1, { at: 3 }])
      await jobs.finish(job.id, 'w2', { state: 'succeeded' })
    })

    test('claims made at once never share a job, and take the oldest first', async () => {
      const added: string[] = []
      for (let i = 0; i < 10; i++) added.push((await add('b')).id)
      const claims = await Promise.all(Array.from({ length: 14 }, (_, i) => jobs.claim(`w${i}`, ['b'], leaseMs)))
      const ids = claims.filter((job) => job !== null).map((job) => job.id)
      assert.deepEqual(ids, added)
    })

    test('a job whose lease ran out goes to the next worker, with its checkpoint', async () => {
      const job = await add('c')
      await jobs.claim('dead', ['c'], 30)
      await jobs.heartbeat(job.id, 'dead', 30, null, { line: 12 })
      assert.equal(await jobs.claim('early', ['c'], leaseMs), null)
      await wait(60)
      const again = await jobs.claim('next', ['c'], leaseMs)
      assert.equal(again?.id, job.id)
      assert.equal(again?.attempts, 2)
      assert.deepEqual(again?.checkpoint, { line: 12 })
      assert.equal((await jobs.heartbeat(job.id, 'dead', leaseMs, null)).held, false)
      assert.equal(await jobs.finish(job.id, 'dead', { state: 'succeeded' }), false)
      assert.equal(await jobs.finish(job.id, 'next', { state: 'failed', error: { code: 'bug', message: 'no' } }), true)
      assert.deepEqual((await jobs.get(job.id))?.error, { code: 'bug', message: 'no' })
    })

    test('a queued job is cancelled at once, a running one is asked', async () => {
      const queued = await add('d')
      assert.equal((await jobs.cancel(queued.id)).state, 'cancelled')
      assert.equal(await jobs.claim('w', ['d'], leaseMs), null)
      const running = await add('d')
      await jobs.claim('w', ['d'], leaseMs)
      const asked = await jobs.cancel(running.id)
      assert.equal(asked.state, 'running')
      assert.equal(asked.cancelRequested, true)
      assert.deepEqual(await jobs.heartbeat(running.id, 'w', leaseMs, null), { held: true, cancel: true })
      await jobs.finish(running.id, 'w', { state: 'cancelled' })
      assert.equal((await jobs.get(running.id))?.state, 'cancelled')
      await assert.rejects(jobs.cancel(idOf(999)), { code: 'job.unknown' })
    })

    test('a job that was to stop and whose worker died does not start again', async () => {
      const job = await add('e')
      await jobs.claim('dead', ['e'], 20)
      await jobs.cancel(job.id)
      await wait(40)
      assert.equal(await jobs.claim('w', ['e'], leaseMs), null)
      assert.equal((await jobs.get(job.id))?.state, 'cancelled')
    })

    test('lists filter, newest first', async () => {
      const first = await add('f')
      await wait(2)
      const second = await add('f')
      assert.deepEqual(
        (await jobs.list({ kind: 'f' }, 10)).map(({ id }) => id),
        [second.id, first.id],
      )
      assert.equal((await jobs.list({ kind: 'f' }, 1)).length, 1)
      assert.equal((await jobs.list({ kind: 'f', state: 'running' }, 10)).length, 0)
      assert.equal((await jobs.list({ kind: 'f', project: 'q' }, 10)).length, 0)
    })
  })
}
