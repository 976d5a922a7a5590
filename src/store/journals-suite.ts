/** What every journal store must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JournalOp } from '#core/journal.ts'
import type { Journals } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { idOf } from './suite-rows.ts'

const opening = (n: number) => ({ op: 'open', session: { id: idOf(n), project: 'p' } }) as const

export function journalsSuite(name: string, open: StoreFactory): void {
  describe(`${name}: journals`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let journals: Journals
    before(async () => {
      opened = await open()
      journals = opened.store.journals
    })
    after(() => opened.close())

    test('operations are read as they were appended, also when appended at once', async () => {
      await journals.open(opening(1))
      const ops: JournalOp[] = Array.from({ length: 40 }, (_, i) => ({
        op: 'append',
        path: '/telemetry/x',
        value: [i, 'ü\n'],
      }))
      await Promise.all(ops.map((op) => journals.append(idOf(1), [op])))
      await journals.append(idOf(1), [{ op: 'set', path: '/outcome/n', value: 9007199254740993n }])
      assert.deepEqual(await journals.read(idOf(1)), [
        opening(1),
        ...ops,
        { op: 'set', path: '/outcome/n', value: 9007199254740993n },
      ])
    })

    test('the same opening is a retry, another one is refused', async () => {
      await journals.open(opening(2))
      await journals.open(opening(2))
      await assert.rejects(journals.open({ op: 'open', session: { id: idOf(2), project: 'q' } }), {
        code: 'journal.invalid',
      })
      await assert.rejects(journals.open({ op: 'open', session: { id: '../../etc/passwd' } }), {
        code: 'journal.invalid',
      })
      assert.equal((await journals.read(idOf(2))).length, 1)
    })

    test('a journal that is not open takes nothing', async () => {
      await assert.rejects(journals.append(idOf(3), [{ op: 'close', outcome: {} }]), { code: 'journal.unknown' })
      await assert.rejects(journals.read(idOf(3)), { code: 'journal.unknown' })
    })

    test('open journals are listed until they are removed', async () => {
      await journals.open(opening(4))
      assert.deepEqual(
        (await journals.list()).find(({ session }) => session === idOf(4)),
        { session: idOf(4), lost: false },
      )
      await journals.remove(idOf(4))
      await journals.remove(idOf(4))
      assert.ok(!(await journals.list()).some(({ session }) => session === idOf(4)))
      await assert.rejects(journals.append(idOf(4), [{ op: 'close', outcome: {} }]), { code: 'journal.unknown' })
    })
  })
}
