/**
 * Upgrade and downgrade: data that the release before left on disk (test/upgrade, made by its own program) opened by this one, and what
 * this one leaves opened by an older one.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { restoreBackup } from '#engine/restore.ts'
import { migrate } from '#store/migrate.ts'
import { migrations } from '#store/migrations/migrations.ts'
import { Database } from '#store/sqlite-driver.ts'
import { exportedFiles, exports } from './upgrade/make-data.ts'

const release = fileURLToPath(new URL('./upgrade/0.1.0-migration-0003', import.meta.url))
/** How many migrations that release knew. */
const knownThen = 3
const told = JSON.parse(readFileSync(`${release}.json`, 'utf8')) as {
  readonly sessions: number
  readonly edits: number
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
}

let dir: string
let data: string
let catalog: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hindsight-upgrade-'))
  execFileSync('tar', ['-C', dir, '-xzf', `${release}.tar.gz`])
  data = join(dir, 'data')
  catalog = join(data, 'catalog.db')
})
afterEach(() => rmSync(dir, { recursive: true }))

const open = () => openEngine({ dataDir: data, jobThreads: 0 })
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const filesOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
const hashesOf = (root: string) => Object.fromEntries(filesOf(root).map((path) => [path, sha256(path)]))

describe('an upgrade', () => {
  test('finds everything that the release before left, and exports it byte by byte as that did', async () => {
    const engine = await open()
    try {
      const { store } = engine
      const health = await store.health()
      // The journal whose writer is gone is a session now.
      assert.deepEqual([health.sessions, health.edits], [told.sessions + 1, told.edits])
      assert.deepEqual((await store.verify({ repair: false }, makeContext())).faults, [])
      assert.deepEqual(await store.preference('recording'), { recordEdits: false })
      assert.equal((await store.catalog.queries('kept'))[0]?.name, 'failed')
      assert.equal((await store.consent.entries('kept')).length, 2)
      assert.ok((await store.learned.count('images')) > 0)
      assert.equal((await store.datasets.versions('kept', 'pairs'))[0]?.version, '1.0.0')
      assert.deepEqual(await store.schedules.list(), [])
    } finally {
      await engine.close()
    }
  })

  for (const [i, request] of exports.entries()) {
    test(`exports ${request.format} as before`, async () => {
      const before = { ...told.exports[request.format] }
      assert.ok(Object.keys(before).length > 1)
      const engine = await openEngine({ dataDir: data, jobThreads: 0, recover: false })
      try {
        assert.deepEqual(await exportedFiles(engine, request, join(dir, `out-${i}`)), before)
      } finally {
        await engine.close()
      }
    })
  }

  test('keeps the catalog as it was, which put back is what the older program left', async () => {
    const rowsOf = (path: string) => {
      const db = new Database(path, { readOnly: true })
      const tables = db.prepare(`select name from sqlite_schema where type = 'table' order by 1`).all()
      const rows = tables.map(({ name }) => [name, db.prepare(`select * from "${String(name)}" order by 1, 2`).all()])
      db.close()
      return rows
    }
    const before = rowsOf(catalog)
    await (await open()).close()
    const copy = join(data, `catalog-before-${migrations.at(-1)?.id ?? ''}.db`)
    assert.equal((statSync(copy).mode & 0o777).toString(8), '600')
    assert.deepEqual(rowsOf(copy), before)
    const db = new Database(copy)
    assert.deepEqual(migrate(db, migrations.slice(0, knownThen), 1), [])
    db.close()
    // Opened again, nothing is due, and it stays.
    const made = sha256(copy)
    await (await open()).close()
    assert.equal(sha256(copy), made)
    // Put back, it can be upgraded once more.
    for (const end of ['', '-wal', '-shm']) rmSync(`${catalog}${end}`, { force: true })
    copyFileSync(copy, catalog)
    const engine = await open()
    assert.equal((await engine.store.health()).sessions, told.sessions)
    await engine.close()
  })

  test('an erasure reaches that copy', async () => {
    const engine = await open()
    const [session] = (await engine.store.catalog.page({}, 1, null)).items
    await engine.store.forget({ sessions: [session?.id ?? ''] }, 'owner', makeContext())
    await engine.close()
    assert.deepEqual(
      readdirSync(data).filter((name) => name.startsWith('catalog-before')),
      [],
    )
  })

  test('can be backed up and restored at once', async () => {
    const engine = await open()
    const backup = await engine.store.backup(join(dir, 'backups'), makeContext())
    await engine.close()
    await restoreBackup(backup.path, join(dir, 'restored'), makeContext())
    const restored = await openEngine({ dataDir: join(dir, 'restored'), jobThreads: 0 })
    assert.equal((await restored.store.health()).sessions, told.sessions + 1)
    assert.deepEqual((await restored.store.verify({ repair: false }, makeContext())).faults, [])
    await restored.close()
  })

  test('that is killed within or after any step goes on where it was', async () => {
    for (let step = knownThen; step < migrations.length; step++) {
      for (const when of ['within', 'after'] as const) {
        const { signal } = spawnSync(process.execPath, [killedUpgrade, catalog, String(step), when], {
          encoding: 'utf8',
        })
        assert.equal(signal, 'SIGKILL', `${when} step ${step}`)
        const db = new Database(catalog)
        const done = Number(db.prepare('select count(*) as n from migration').get()?.['n'])
        assert.equal(done, when === 'within' ? step : step + 1)
        db.close()
      }
    }
    const engine = await open()
    assert.deepEqual((await engine.store.verify({ repair: false }, makeContext())).faults, [])
    assert.equal((await engine.store.health()).sessions, told.sessions + 1)
    await engine.close()
  })
})

const killedUpgrade = fileURLToPath(new URL('./upgrade/killed-upgrade.ts', import.meta.url))

describe('a downgrade', () => {
  test('of a backup of a newer program is refused, and nothing is made', async () => {
    const engine = await open()
    const backup = await engine.store.backup(join(dir, 'backups'), makeContext())
    await engine.close()
    const manifest = join(backup.path, 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version": 1', '"version": 99'))
    const target = join(dir, 'restored')
    await assert.rejects(restoreBackup(backup.path, target, makeContext()), { code: 'backup.invalid' })
    assert.ok(!existsSync(target))
  })

  test('is refused plainly, and changes nothing', async () => {
    await (await open()).close()
    const before = hashesOf(data)
    const db = new Database(catalog)
    assert.throws(() => migrate(db, migrations.slice(0, knownThen), 1), { code: 'store.version' })
    db.close()
    assert.deepEqual(hashesOf(data), before)
    assert.ok(!existsSync(`${catalog}-wal`) || statSync(`${catalog}-wal`).size === 0)
  })
})
