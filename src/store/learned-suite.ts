/** What every store of what was learned must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { LearnedRow, LearnedStore, Lesson } from '#core/learned-store.ts'
import type { Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { contextOf, editOf, idOf, listOf, rowOf } from './suite-rows.ts'

const rowWith = (group: string, sum: number, parts: Partial<LearnedRow> = {}): LearnedRow => ({
  group,
  key: 'wide',
  source: 'own/0',
  settings: null,
  count: 1,
  kept: 0,
  sum,
  ...parts,
})
const lessonOf = (session: string, sum: number, parts: Partial<Lesson> = {}): Lesson => ({
  session,
  project: 'p',
  source: 'own',
  rows: [rowWith('class/HD', sum), rowWith('all', sum)],
  about: { value: sum / 1e6 },
  ...parts,
})

export function learnedSuite(name: string, open: StoreFactory): void {
  describe(`${name}: what was learned`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    let learned: LearnedStore
    before(async () => {
      opened = await open()
      store = opened.store
      learned = store.learned
    })
    after(() => opened.close())

    /** Teaches a learner what is given, one commit for each. */
    async function teach(learner: string, ...lessons: readonly Lesson[]): Promise<void> {
      for (const learn of lessons) {
        const revision = (await learned.head(learner))?.revision ?? 0
        assert.ok(await learned.commit(learner, { revision, head: { n: 1 }, learn }))
      }
    }
    const all = async (learner: string) => (await learned.rowsBeneath(learner, '')).map((row) => ({ ...row }))
    const put = (n: number, project: string) => store.catalog.putSessions([rowOf(n, { project, domain: 'images' })])

    test('nothing is known at first', async () => {
      assert.equal(await learned.head('fresh'), null)
      assert.deepEqual(await learned.rows('fresh', ['all']), [])
      assert.equal(await learned.count('fresh'), 0)
      assert.deepEqual(await learned.tally('fresh'), { taught: {}, passed: {}, due: 0 })
    })

    test('rows of lessons are summed, by group, setting and source; a lesson counts once', async () => {
      const settings = { search: 91 }
      await teach(
        'sums',
        lessonOf('a', 400_000),
        lessonOf('b', 200_000),
        lessonOf('c', 1_000_000, { rows: [rowWith('memory/x', 1_000_000, { settings, kept: 1 })], source: 'person' }),
        lessonOf('a', 999_999),
      )
      assert.deepEqual(await all('sums'), [
        rowWith('all', 600_000, { count: 2 }),
        rowWith('class/HD', 600_000, { count: 2 }),
        rowWith('memory/x', 1_000_000, { settings, kept: 1 }),
      ])
      assert.deepEqual(await learned.rows('sums', ['memory/x', 'nowhere']), [
        rowWith('memory/x', 1_000_000, { settings, kept: 1 }),
      ])
      assert.deepEqual(
        (await listOf(learned.lessons('sums'))).map(({ session }) => session),
        ['a', 'b', 'c'],
      )
      assert.deepEqual(
        (await listOf(learned.lessons('sums', 2))).map(({ session }) => session),
        ['c', 'b'],
      )
      assert.deepEqual(await learned.lesson('sums', 'b'), lessonOf('b', 200_000))
      assert.deepEqual((await learned.tally('sums')).taught, { own: 2, person: 1 })
      assert.deepEqual(await learned.rowsBeneath('sums', 'class/'), [rowWith('class/HD', 600_000, { count: 2 })])
    })

    test('a head that has moved on refuses, and changes nothing', async () => {
      const first = await learned.commit('cas', { revision: 0, head: { at: 1 } })
      assert.ok(first)
      assert.equal(await learned.commit('cas', { revision: 0, head: { at: 2 }, learn: lessonOf('a', 1) }), null)
      assert.deepEqual((await learned.head('cas'))?.value, { at: 1 })
      assert.deepEqual(await all('cas'), [])
      const [one, other] = await Promise.all([
        learned.commit('cas', { revision: first.revision, head: { at: 3 } }),
        learned.commit('cas', { revision: first.revision, head: { at: 4 } }),
      ])
      assert.equal([one, other].filter((result) => result === null).length, 1)
    })

    test('a revision is never used twice, also not after everything was forgotten', async () => {
      const first = await learned.commit('clear', { revision: 0, head: {}, learn: lessonOf('a', 1) })
      await learned.clear('clear')
      assert.equal(await learned.head('clear'), null)
      assert.deepEqual(await all('clear'), [])
      const again = await learned.commit('clear', { revision: 0, head: {} })
      assert.ok(first && again && again.revision > first.revision)
      assert.equal(await learned.commit('clear', { revision: first.revision, head: {} }), null)
      await learned.clear('clear', { kept: 1 })
      const head = await learned.head('clear')
      assert.deepEqual(head?.value, { kept: 1 })
      assert.ok(head.revision > again.revision)
    })

    test('what is taken back leaves no trace', async () => {
      await teach('back', lessonOf('a', 300_000))
      const before = await all('back')
      await teach('back', lessonOf('b', 100_000, { rows: [rowWith('all', 100_000), rowWith('other', 0)] }))
      const { revision } = (await learned.head('back'))!
      await learned.commit('back', { revision, head: {}, unlearn: 'b' })
      assert.deepEqual(await all('back'), before)
      assert.equal(await learned.lesson('back', 'b'), null)
      await learned.commit('back', { revision: revision + 1, head: {}, unlearn: 'b' })
      assert.deepEqual(await all('back'), before)
    })

    test('a session is due until it was looked at, and again once it was edited', async () => {
      await put(1, 'due')
      assert.deepEqual(await learned.pending('due', 'images', 10), [idOf(1)])
      await put(2, 'due')
      await put(3, 'due')
      assert.deepEqual(await learned.pending('due', 'images', 2), [idOf(1), idOf(2)])
      assert.deepEqual(await learned.pending('due of another domain', 'gui', 10), [])
      await teach('due', lessonOf(idOf(1), 1))
      await learned.passOver('due', [idOf(2)], 'no outcome')
      assert.deepEqual(await learned.pending('due', 'images', 10), [idOf(3)])
      assert.deepEqual(await learned.tally('due'), { taught: { own: 1 }, passed: { 'no outcome': 1 }, due: 1 })
      await store.catalog.putEdits([editOf(1, idOf(1)), editOf(2, idOf(2))])
      assert.deepEqual(await learned.pending('due', 'images', 10), [idOf(1), idOf(2), idOf(3)])
      await learned.passOver('due', 'all', 'forgotten')
      assert.deepEqual(await learned.pending('due', 'images', 10), [])
      await learned.clear('due')
      assert.equal((await learned.pending('due', 'images', 10)).length, 3)
    })

    test('an edit that comes in while a session is learned keeps it due', async () => {
      await put(11, 'edits')
      await learned.pending('edits', 'images', 1)
      await store.catalog.putEdits([editOf(11, idOf(11))])
      const learn = lessonOf(idOf(11), 1)
      await learned.commit('edits', { revision: 0, head: {}, learn, edits: 0 })
      assert.ok((await learned.pending('edits', 'images', 10)).includes(idOf(11)))
      const { revision } = (await learned.head('edits'))!
      await learned.commit('edits', { revision, head: {}, unlearn: idOf(11), learn, edits: 1 })
      assert.ok(!(await learned.pending('edits', 'images', 10)).includes(idOf(11)))
    })

    test('what an import replaces is unlearned, and comes back exactly', async () => {
      for (const n of [21, 22]) await put(n, 'aside')
      await teach('aside', lessonOf(idOf(21), 250_000), lessonOf(idOf(22), 750_000), lessonOf('elsewhere', 1))
      const before = await all('aside')
      const { revision } = (await learned.head('aside'))!
      assert.equal(await store.catalog.setAside('aside', 'images', 'import-1'), 2)
      assert.deepEqual(
        await all('aside'),
        lessonOf('elsewhere', 1).rows.toSorted((a, b) => (a.group < b.group ? -1 : 1)),
      )
      assert.equal(await learned.count('aside'), 1)
      assert.ok((await learned.head('aside'))!.revision > revision, 'who read before must read again')
      assert.equal(await learned.lesson('aside', idOf(21)), null)
      const late = (await learned.head('aside'))!.revision
      const refused = await learned.commit('aside', { revision: late, head: {}, learn: lessonOf(idOf(22), 5) })
      assert.equal(refused?.learned, false, 'a session that is set aside teaches nothing')
      assert.equal(await store.catalog.bringBack('import-1'), 2)
      assert.deepEqual(await all('aside'), before)
      assert.equal(await learned.count('aside'), 3)
    })

    test('what is forgotten taught nothing, and never will', async () => {
      await put(31, 'forget')
      const clip = 'memory/clip-of-somebody'
      await teach('forget', lessonOf('kept', 500_000))
      const before = await all('forget')
      const lesson = lessonOf(idOf(31), 500_000, { rows: [rowWith('all', 1), rowWith(clip, 1)], about: { name: 'x' } })
      await teach('forget', lesson)
      await store.forget({ sessions: [idOf(31)] }, 'owner', contextOf())
      assert.deepEqual(await all('forget'), before)
      assert.equal(await learned.lesson('forget', idOf(31)), null)
      const { revision } = (await learned.head('forget'))!
      const again = await learned.commit('forget', { revision, head: {}, learn: lesson })
      assert.equal(again?.learned, false)
      assert.deepEqual(await all('forget'), before)
    })

    test('what was set aside as damaged is gone, and learned anew', async () => {
      await put(41, 'damaged')
      await learned.pending('damaged', 'images', 1)
      await teach('damaged', lessonOf(idOf(41), 1))
      assert.ok(!(await learned.pending('damaged', 'images', 100)).includes(idOf(41)))
      await learned.setAside('damaged', 'a head of nonsense')
      assert.equal(await learned.head('damaged'), null)
      assert.deepEqual(await all('damaged'), [])
      assert.ok((await learned.pending('damaged', 'images', 100)).includes(idOf(41)))
    })
  })
}
