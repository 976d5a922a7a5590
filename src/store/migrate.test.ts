import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { dataPaths } from './data-dir.ts'
import { sha256Hex } from './hashing.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { openStore } from './open.ts'
import { Database } from './sqlite-driver.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

/** The past may not change; a new migration adds its line here. */
const hashes: Readonly<Record<string, string>> = {
  '0001-base': 'ef709893fc8851a23dee10bcaaf750c6f54ee75de4140dd534d58f289e8c2256',
  '0002-clips': 'a2a8fd94745599e8e282ffad6d7e71090426ed529a5177b887a263c9a52e052a',
  '0003-learned': 'de4c84a8633db797da9ac17b089b634d85aeb990297c6bdd4228cdbf860e081a',
  '0004-people': 'c314b02ce98a366e78ddec56d8abb02a6438fc91f05e9de5e5dca6621bc397d8',
  '0005-care': '5a0288a55a77cbeeb0f17c8e4c8f73bd9eb430ee29acb3085858f4aeeba3a407',
  '0006-webhooks': '382fef36c15af6050cf58fe46efa6c2f928c3c37636ced6bd94e9ca0b1d4253e',
  '0007-archives': '5cbfce289f8aa0c07779cce0c9108d49b0c8950560d2e6a7f9abef01455eefde',
}

describe('migrations and the data directory', () => {
  let folder: Folder
  beforeEach(() => {
    folder = makeFolderOf('migrate')
  })
  afterEach(() => folder.remove())

  const first = { id: '1', sql: 'create table a (x) strict' }
  const steps = [
    { id: '1', sql: 'create table a (x integer) strict' },
    { id: '2', sql: 'insert into a values (1); create table b (y text) strict' },
  ]
  const open = () => new Database(join(folder.path, 'test.db'))

  test('released migrations are what they were', () => {
    assert.deepEqual(Object.fromEntries(migrations.map(({ id, sql }) => [id, sha256Hex(sql)])), hashes)
  })

  test('each runs once, in order', () => {
    const db = open()
    assert.deepEqual(migrate(db, steps.slice(0, 1), 1), ['1'])
    assert.deepEqual(migrate(db, steps, 2), ['2'])
    assert.deepEqual(migrate(db, steps, 3), [])
    assert.equal(db.prepare('select count(*) as n from a').get()?.['n'], 1)
    db.close()
  })

  test('one that fails leaves nothing of itself', () => {
    const db = open()
    const broken = [...steps, { id: '3', sql: 'create table c (z text) strict; insert into nowhere values (1)' }]
    assert.throws(() => migrate(db, broken, 1), /nowhere/)
    assert.equal(db.prepare(`select count(*) as n from sqlite_schema where name = 'c'`).get()?.['n'], 0)
    assert.deepEqual(migrate(db, steps, 2), [])
    db.close()
  })

  test('a changed past and a newer store are refused', () => {
    const db = open()
    migrate(db, steps, 1)
    assert.throws(() => migrate(db, [first, ...steps.slice(1)], 2), { code: 'store.migration' })
    assert.throws(() => migrate(db, steps.slice(0, 1), 2), { code: 'store.version' })
    db.close()
  })

  test('folders and files are for their owner alone', {
    skip: process.platform === 'win32' && 'no modes on Windows',
  }, async () => {
    const store = await openStore(folder.data)
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    const paths = dataPaths(folder.data)
    for (const path of [paths.root, paths.blobs, paths.journals, paths.tmp, paths.quarantine])
      assert.equal(mode(path), '700')
    for (const path of [paths.catalog, `${paths.catalog}-wal`, paths.secret, paths.marker])
      assert.equal(mode(path), '600', path)
    assert.equal(store.secret.length, 64)
    await store.close()
    const again = await openStore(folder.data)
    assert.equal(again.secret, store.secret)
    await again.close()
  })

  test('a folder of other files does not become a data directory', async () => {
    mkdirSync(folder.data)
    writeFileSync(join(folder.data, 'holiday.jpg'), 'x')
    await assert.rejects(openStore(folder.data), { code: 'store.occupied' })
    await assert.rejects(openStore(join(folder.path, 'none'), { create: false }), { code: 'store.missing' })
    assert.equal(readFileSync(join(folder.data, 'holiday.jpg'), 'utf8'), 'x')
  })

  test('a layout or catalog of a newer program is refused', async () => {
    await (await openStore(folder.data)).close()
    const paths = dataPaths(folder.data)
    const db = new DatabaseSync(paths.catalog)
    db.exec(`insert into migration values ('9999-future', 'x', 1)`)
    db.close()
    await assert.rejects(openStore(folder.data), { code: 'store.version' })
    writeFileSync(paths.marker, '{"format":"hindsight-data","version":2}')
    await assert.rejects(openStore(folder.data), { code: 'store.version' })
  })
})
