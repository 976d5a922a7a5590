import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Store } from '#core/store.ts'
import { dataPaths } from './data-dir.ts'
import { journalLine } from './journal-lines.ts'
import { openStore } from './open.ts'
import { idOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'
import { isAlive, ownIdentity, type WriterIdentity } from './writer-identity.ts'

describe('journals on disk', () => {
  let folder: Folder
  let store: Store
  const journal = (n: number) => join(dataPaths(folder.data).journals, `${idOf(n)}.journal`)
  const writer = (n: number) => journal(n).replace('.journal', '.writer')
  const open = (n: number) => store.journals.open({ op: 'open', session: { id: idOf(n) } })

  beforeEach(async () => {
    folder = makeFolderOf('journals')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  test('a torn last line was never acknowledged, and is left out', async () => {
    await open(1)
    await store.journals.append(idOf(1), [{ op: 'set', path: '/outcome/a', value: 1 }])
    const whole = await store.journals.read(idOf(1))
    const line = journalLine({ op: 'set', path: '/outcome/b', value: 2 })
    for (const torn of [line.slice(0, 5), line.slice(0, -1), `${line.slice(0, -4)}?}\n`]) {
      const bytes = readFileSync(journal(1))
      appendFileSync(journal(1), torn)
      assert.deepEqual(await store.journals.read(idOf(1)), whole, JSON.stringify(torn))
      writeFileSync(journal(1), bytes)
    }
    writeFileSync(journal(1), readFileSync(journal(1), 'utf8').replace('"open"', '"opem"'))
    await assert.rejects(store.journals.read(idOf(1)), { code: 'record.corrupt' })
  })

  test('another store of this program sees that the writer lives, and when it let go', async () => {
    const other = await openStore(folder.data)
    await open(1)
    assert.deepEqual(await other.journals.list(), [{ session: idOf(1), lost: false }])
    await assert.rejects(other.journals.append(idOf(1), [{ op: 'close', outcome: {} }]), { code: 'journal.unknown' })
    await store.close()
    assert.deepEqual(await other.journals.list(), [{ session: idOf(1), lost: true }])
    assert.equal((await other.journals.read(idOf(1))).length, 1)
    await other.close()
  })

  test('a writer whose process is gone, or is another one by now, is lost', async () => {
    await open(1)
    await store.close()
    const alive = ownIdentity()
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.on('close', resolve))
    const cases: readonly [string, Partial<WriterIdentity>, boolean][] = [
      ['this process', {}, false],
      ['a process that ended', { pid: child.pid ?? 0 }, true],
      ['a pid that was given out again', { started: '1' }, true],
      ['before a reboot', { boot: 'another' }, true],
      ['another machine, heard of just now', { host: 'elsewhere', pid: 1 }, false],
      ['another container, heard of just now', { namespace: 'pid:[1]', pid: child.pid ?? 0 }, false],
    ]
    store = await openStore(folder.data)
    for (const [name, parts, lost] of cases) {
      writeFileSync(writer(1), JSON.stringify({ ...alive, ...parts }))
      assert.deepEqual(await store.journals.list(), [{ session: idOf(1), lost }], name)
    }
    const longAgo = new Date(Date.now() - 120_000)
    writeFileSync(writer(1), JSON.stringify({ ...alive, host: 'elsewhere' }))
    utimesSync(writer(1), longAgo, longAgo)
    assert.deepEqual(await store.journals.list(), [{ session: idOf(1), lost: true }])
    writeFileSync(writer(1), 'not JSON')
    assert.deepEqual(await store.journals.list(), [{ session: idOf(1), lost: true }])
  })

  test('where the system tells no start times the heartbeat decides', () => {
    const blind = { ...ownIdentity(), boot: null, namespace: null, started: null }
    assert.equal(isAlive(blind, blind, 0, 59_000), true)
    assert.equal(isAlive(blind, blind, 0, 61_000), false)
  })
})
