import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { SqliteJobs } from './jobs.ts'
import { SqliteSchedules } from './schedules.ts'
import { SqliteStore } from './sqlite-store.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const at = (text: string) => Date.parse(text)

describe('what is due', () => {
  let folder: Folder
  let stores: SqliteStore[]
  let now: number
  /** One of several programs on the data directory, whose clock is `now`. */
  let openOne: () => Promise<SqliteSchedules>

  beforeEach(() => {
    folder = makeFolderOf('schedules')
    stores = []
    now = at('2026-11-21T12:00:00Z')
    openOne = async () => {
      const store = await SqliteStore.open(folder.data, {})
      stores.push(store)
      const { db, writer } = store.parts
      const clock = () => now
      return new SqliteSchedules(db, writer, new SqliteJobs(db, writer, clock), clock)
    }
  })
  afterEach(async () => {
    for (const store of stores) await store.close()
    folder.remove()
  })

  const everyNight = { when: 'daily at 03:00', zone: 'UTC', plan: {}, changedBy: 'owner' }
  const nextOf = async (schedules: SqliteSchedules) => {
    const next = (await schedules.get('backup'))?.nextAtMs
    return next === null || next === undefined ? null : new Date(next).toISOString()
  }
  const end = async (id: string) => {
    const { jobs } = stores[0]!
    const claimed = await jobs.claim('w', ['backup'], 60_000)
    assert.equal(claimed?.id, id)
    await jobs.finish(id, 'w', { state: 'succeeded' })
  }

  test('is started once, whichever of two programs looks first, and kept over a restart', async () => {
    const [one, two] = [await openOne(), await openOne()]
    await one.put({ task: 'backup', ...everyNight })
    now = at('2026-11-22T02:59:59Z')
    assert.deepEqual(await one.startDue(), [])
    now = at('2026-11-22T03:00:05Z')
    const started = (await Promise.all([one.startDue(), two.startDue(), one.startDue()])).flat()
    assert.equal(started.length, 1)
    assert.equal(started[0]?.kind, 'backup')
    assert.equal(started[0]?.principal, 'schedule')
    assert.equal(await nextOf(await openOne()), '2026-11-23T03:00:00.000Z')
  })

  test('what was missed for a week is made up once', async () => {
    const schedules = await openOne()
    await schedules.put({ task: 'backup', ...everyNight })
    now = at('2026-11-29T15:00:00Z')
    const [job] = await schedules.startDue()
    assert.ok(job)
    assert.equal(await nextOf(schedules), '2026-11-30T03:00:00.000Z')
    await end(job.id)
    assert.deepEqual(await schedules.startDue(), [])
  })

  test('a long one is not overtaken by the next, which follows when it is over', async () => {
    const schedules = await openOne()
    await schedules.put({ task: 'backup', ...everyNight })
    now = at('2026-11-22T03:00:00Z')
    const [first] = await schedules.startDue()
    now = at('2026-11-24T04:00:00Z')
    assert.deepEqual(await schedules.startDue(), [])
    await end(first!.id)
    assert.equal((await schedules.startDue()).length, 1)
    assert.equal(await nextOf(schedules), '2026-11-25T03:00:00.000Z')
  })

  test('a clock that goes back an hour does not bring it twice; one that was years ahead does not stop it', async () => {
    const schedules = await openOne()
    await schedules.put({ task: 'backup', ...everyNight })
    now = at('2026-11-22T03:00:10Z')
    const [first] = await schedules.startDue()
    await end(first!.id)
    now = at('2026-11-22T02:30:00Z')
    assert.deepEqual(await schedules.startDue(), [])
    now = at('2026-11-22T03:00:30Z')
    assert.deepEqual(await schedules.startDue(), [])

    now = at('2033-01-01T00:00:00Z')
    await schedules.put({ task: 'backup', ...everyNight })
    now = at('2026-11-22T12:00:00Z')
    assert.deepEqual(await schedules.startDue(), [])
    assert.equal(await nextOf(schedules), '2026-11-23T03:00:00.000Z')
    now = at('2026-11-23T03:00:01Z')
    assert.equal((await schedules.startDue()).length, 1)
  })
})
