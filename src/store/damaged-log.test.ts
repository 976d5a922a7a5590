import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { dataPaths } from './data-dir.ts'
import { findLogDamage } from './damaged-log.ts'
import { openStore } from './open.ts'
import { contextOf, rowOf } from './suite-rows.ts'
import { Database } from './sqlite-driver.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const frameBytes = 24 + 4096

describe('the log of the catalog', () => {
  let folder: Folder
  let db: Database
  let log: string
  beforeEach(() => {
    folder = makeFolderOf('log')
    mkdirSync(folder.data)
    const path = join(folder.data, 'test.db')
    db = new Database(path)
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0')
    db.exec('create table a (x text) strict')
    for (let n = 0; n < 10; n++) db.exec(`insert into a values ('${n}')`)
    log = join(folder.data, 'copy-wal')
    copyFileSync(`${path}-wal`, log)
  })
  afterEach(() => {
    db.close()
    folder.remove()
  })

  const flip = (byte: number) => {
    const bytes = readFileSync(log)
    bytes[byte] = (bytes[byte] ?? 0) ^ 4
    writeFileSync(log, bytes)
  }
  const frames = () => (readFileSync(log).length - 32) / frameBytes

  test('a sound one, one that is torn anywhere and none at all are no damage', () => {
    assert.equal(findLogDamage(log), null)
    assert.ok(frames() >= 11)
    for (let bytes = readFileSync(log).length; bytes > 0; bytes -= 1003) {
      truncateSync(log, bytes)
      assert.equal(findLogDamage(log), null, `${bytes} bytes`)
    }
    rmSync(log)
    assert.equal(findLogDamage(log), null)
  })

  test('a flipped bit in each frame is damage when a commit follows, and in the last one a write that was cut short', () => {
    const count = frames()
    const whole = readFileSync(log)
    for (let frame = 1; frame <= count; frame++) {
      for (const at of [0, 4, 9, 17, 24, 3000]) {
        flip(32 + (frame - 1) * frameBytes + at)
        const found = findLogDamage(log)
        if (frame < count) assert.equal(found?.frame, frame, `frame ${frame}, byte ${at}`)
        else assert.equal(found, null)
        writeFileSync(log, whole)
      }
    }
    for (let byte = 0; byte < 32; byte++) {
      // The size of pages is only told by the head.
      flip(byte)
      assert.ok(findLogDamage(log) !== null, `byte ${byte} of the head`)
      writeFileSync(log, whole)
    }
  })

  test('what an earlier round of the log left behind is no damage', () => {
    db.exec('pragma wal_checkpoint(restart)')
    db.exec(`insert into a values ('again')`)
    copyFileSync(join(folder.data, 'test.db-wal'), log)
    assert.equal(findLogDamage(log), null)
  })
})

test('a damaged log is kept and told of by verify until its note is taken away', async () => {
  const folder = makeFolderOf('log')
  try {
    const killed = join(folder.path, 'killed')
    const store = await openStore(folder.data)
    for (let n = 0; n < 5; n++) await store.catalog.putSessions([rowOf(n)])
    mkdirSync(killed)
    for (const name of ['hindsight.json', 'secret', 'catalog.db', 'catalog.db-wal'])
      copyFileSync(join(folder.data, name), join(killed, name))
    await store.close()
    const { catalog, quarantine } = dataPaths(killed)
    const bytes = readFileSync(`${catalog}-wal`)
    const at = bytes.indexOf('session 2')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(`${catalog}-wal`, bytes)

    const older = await openStore(killed)
    const { faults } = await older.verify({ repair: false }, contextOf())
    assert.deepEqual(
      faults.map(({ fault }) => fault.code),
      ['store.corrupt'],
    )
    assert.match(faults[0]?.fault.found ?? '', /damage at frame \d+/)
    const kept = readdirSync(quarantine).sort()
    assert.equal(kept.length, 2)
    assert.ok(readFileSync(join(quarantine, kept[0] ?? '')).equals(bytes))
    for (const name of kept) rmSync(join(quarantine, name))
    assert.deepEqual((await older.verify({ repair: false }, contextOf())).faults, [])
    await older.close()
  } finally {
    folder.remove()
  }
})
