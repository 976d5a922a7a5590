/** What every store must do with archives. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { DeriveRow } from '#core/archive-store.ts'
import type { SessionRow, Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { datasetOf, versionOf } from './samples-suite.ts'
import { contextOf, editOf, idOf, listOf, putText, readBytes, rowOf } from './suite-rows.ts'

const ctx = contextOf()
const atOnce = { graceMs: -60_000 }

export function archivesSuite(name: string, open: StoreFactory): void {
  describe(`archives: ${name}`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    let folder: string
    let file: string
    const rows = new Map<string, SessionRow>()
    const derive: DeriveRow = ({ id }) => rows.get(id)!

    beforeEach(async () => {
      opened = await open()
      store = opened.store
      folder = mkdtempSync(join(tmpdir(), 'hindsight-archives-'))
      file = join(folder, 'old.archive')
      rows.clear()
    })
    afterEach(async () => {
      await opened.close()
      rmSync(folder, { recursive: true, force: true })
    })

    async function put(...some: readonly SessionRow[]): Promise<void> {
      for (const row of some) rows.set(row.id, row)
      await store.catalog.putSessions(some)
    }

    /** Ten sessions, an hour apart; the first four are old, each with a picture of its own and one that all share. */
    async function fill(): Promise<{ readonly own: readonly string[]; readonly shared: string }> {
      const shared = await putText(store.blobs, 'shared picture')
      const own: string[] = []
      for (let n = 0; n < 10; n++) {
        own.push(await putText(store.blobs, `picture ${n} `.repeat(5000)))
        await put(
          rowOf(
            n,
            {
              media: [own[n]!, shared],
              cover: own[n]!,
              contributor: `p${n % 2}`,
              searchText: `word${n} common`,
              facets: [
                { key: 'size', number: n },
                { key: 'label', text: `l${n % 3}` },
              ],
            },
            { consent: { basis: 'explicit', scopes: ['collect'], textSha256: null, givenAt: null }, n },
          ),
        )
      }
      await store.catalog.putEdits([editOf(1, idOf(1)), editOf(2, idOf(1)), editOf(3, idOf(8))])
      return { own, shared }
    }
    const old = { query: { to: '2026-11-20T04:00:00.000Z' } }

    /** Everything that can be asked of a session. */
    async function seen(store: Store) {
      return {
        bodies: await listOf(store.catalog.scan({})),
        edits: await Promise.all([0, 1, 2, 3, 8].map((n) => store.catalog.edits(idOf(n)))),
        page: await store.catalog.page({ text: 'common' }, 100, null),
        facets: await store.catalog.facetSummary('p', null),
        tally: await store.catalog.tally(null),
        pending: await store.samples.pending(100),
        subjects: await store.catalog.subjects([idOf(0), idOf(1)]),
      }
    }

    test('what is archived leaves the store, and comes back as it was', async () => {
      const { own, shared } = await fill()
      const before = await seen(store)
      assert.deepEqual(await store.archives.plan(old, ctx), {
        sessions: 4,
        edits: 2,
        media: 5,
        bytes: (await store.archives.plan(old, ctx)).bytes,
        mediaKept: 1,
        versions: [],
      })
      const { archive, left, freedBytes } = await store.archives.create(old, file, atOnce, ctx)
      assert.deepEqual(
        [left, archive.sessions, archive.archivedSessions, archive.edits, archive.state],
        [0, 4, 4, 2, 'whole'],
      )
      assert.equal(freedBytes, 4 * Buffer.byteLength('picture 0 '.repeat(5000)))

      assert.equal(await store.catalog.count({}, 100), 6)
      assert.equal(await store.catalog.count({ text: 'word1' }, 100), 0)
      assert.equal(await store.archives.count('p', 'gui'), 4)
      assert.equal(await store.archives.count('other', null), 0)
      assert.equal((await store.health()).archivedSessions, 4)
      await assert.rejects(store.catalog.session(idOf(1)), { code: 'session.archived', found: /old\.archive/ })
      assert.equal((await store.catalog.summary(idOf(1)))?.summary, 'session 1')
      await assert.rejects(store.catalog.putEdits([editOf(9, idOf(1))]), { code: 'session.archived' })
      assert.deepEqual(await store.blobs.missing([...own.slice(0, 5), shared]), own.slice(0, 4))
      assert.deepEqual(await store.catalog.subjects([idOf(0), idOf(1)]), before.subjects)
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
      assert.deepEqual(await store.catalog.putSessions([rows.get(idOf(1))!]), ['repeated'], 'a retry is harmless')
      await assert.rejects(store.catalog.session(idOf(1)), { code: 'session.archived' })

      assert.equal((await store.archives.inspect(file, ctx)).sessions, 4)
      assert.deepEqual(
        (await listOf(store.archives.sessions(file))).map(({ id, hash }) => [id, hash]),
        [0, 1, 2, 3].map((n) => [idOf(n), rows.get(idOf(n))!.hash]),
      )
      const one = await store.archives.restore(file, [idOf(1)], derive, ctx)
      assert.deepEqual(one, { restored: 1, repeated: 0, forgotten: 0, edits: 2, versions: [] })
      const all = await store.archives.restore(file, null, derive, ctx)
      assert.deepEqual(all, { restored: 3, repeated: 1, forgotten: 0, edits: 0, versions: [] })
      assert.deepEqual(await seen(store), before)
      assert.equal((await readBytes(store.blobs.open(own[2]!))).toString(), 'picture 2 '.repeat(5000))
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
      assert.equal((await store.archives.list())[0]?.archivedSessions, 0)
    })

    test('a long record, and the bytes of a film, go and come back', async () => {
      const film = await putText(store.blobs, Array.from({ length: 400_000 }, (_, i) => `frame ${i} `).join(''))
      await put(rowOf(1, { media: [film] }, { text: 'x'.repeat(400_000) }))
      const body = await store.catalog.session(idOf(1))
      const { archive } = await store.archives.create({ query: {} }, file, atOnce, ctx)
      assert.equal(archive.media, 1)
      assert.deepEqual(await listOf(store.blobs.list()), [])
      await store.archives.restore(file, null, derive, ctx)
      assert.deepEqual(await store.catalog.session(idOf(1)), body)
      assert.deepEqual(await store.blobs.missing([film]), [])
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
    })

    test('frozen versions hold what they need, and are there as before', async () => {
      const { own } = await fill()
      await store.datasets.create(datasetOf('d'))
      const { version, items } = versionOf('d', '1.0.0', ['a', 'b'], [idOf(1)], own[1])
      await store.datasets.commit(version, iterate(items))
      const frozen = await listOf(store.datasets.items('p', 'd', '1.0.0'))
      await store.archives.create(old, file, atOnce, ctx)
      assert.deepEqual(await listOf(store.datasets.items('p', 'd', '1.0.0')), frozen)
      assert.deepEqual(await store.blobs.missing(own), [own[0], own[2], own[3]])
      assert.deepEqual(await store.gc({ graceMs: -60_000, dryRun: true }, ctx), { blobs: 0, bytes: 0 })
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
    })

    test('a dataset goes with its versions, and comes back with the same hashes', async () => {
      const { own } = await fill()
      await store.datasets.create(datasetOf('d'))
      for (const [number, n] of [
        ['1.0.0', 1],
        ['1.1.0', 2],
      ] as const) {
        const { version, items } = versionOf('d', number, ['a', `b${n}`], [idOf(n)], own[n])
        await store.datasets.commit(version, iterate(items))
      }
      const before = [await store.datasets.versions('p', 'd'), await listOf(store.datasets.items('p', 'd', '1.1.0'))]
      const { archive } = await store.archives.create({ dataset: 'd', project: 'p' }, file, atOnce, ctx)
      assert.deepEqual(archive.versions, ['d@1.0.0', 'd@1.1.0'])
      assert.equal(await store.datasets.get('p', 'd'), null)
      await assert.rejects(store.datasets.create(datasetOf('d')), { code: 'dataset.exists' })
      const sessions = join(folder, 'sessions.archive')
      await store.archives.create(old, sessions, atOnce, ctx)
      assert.deepEqual(await store.blobs.missing(own), own.slice(0, 4))

      const { versions } = await store.archives.restore(file, null, derive, ctx)
      assert.deepEqual(versions, ['d@1.0.0', 'd@1.1.0'])
      assert.deepEqual(
        [await store.datasets.versions('p', 'd'), await listOf(store.datasets.items('p', 'd', '1.1.0'))],
        before,
      )
      assert.deepEqual(await store.blobs.missing(own), [own[0], own[3]], 'what the samples show is back')
      assert.deepEqual(await store.gc({ graceMs: -60_000, dryRun: true }, ctx), { blobs: 0, bytes: 0 })
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
    })

    test('erasure reaches the files, and old copies when they come back', async () => {
      const { own } = await fill()
      await store.datasets.create(datasetOf('d'))
      const { version, items } = versionOf('d', '1.0.0', ['zebra', 'b'], [idOf(1)], own[1])
      await store.datasets.commit(version, iterate(items))
      const sets = join(folder, 'sets.archive')
      await store.archives.create({ dataset: 'd', project: 'p' }, sets, atOnce, ctx)
      await store.archives.create(old, file, atOnce, ctx)
      const copy = join(folder, 'copy.archive')
      copyFileSync(file, copy)
      const away = join(folder, 'away.archive')
      copyFileSync(sets, away)
      rmSync(sets)

      const receipt = await store.forget({ contributor: 'p1' }, 'owner', contextOf())
      assert.deepEqual(receipt.archives, { rewritten: [file], absent: [sets] })
      assert.equal(receipt.sessions, 5)
      for (const n of [1, 3]) {
        const hash = Buffer.from(own[n]!, 'hex')
        assert.ok(!readFileSync(file).includes(idOf(n)) && !readFileSync(file).includes(hash))
        assert.ok(readFileSync(copy).includes(idOf(n)))
      }
      assert.equal((await store.archives.inspect(file, ctx)).sessions, 2)

      copyFileSync(away, sets)
      await store.forget({ sessions: [idOf(500)] }, 'owner', contextOf())
      assert.ok(!readFileSync(sets).includes(idOf(1)), 'reached as soon as it is back')
      assert.equal((await store.archives.inspect(sets, ctx)).versions.length, 1)
      await store.archives.restore(sets, null, derive, ctx)
      assert.equal((await store.datasets.versions('p', 'd'))[0]?.redacted, true)
      assert.deepEqual((await listOf(store.datasets.items('p', 'd', '1.0.0'))).length, 0)

      const { restored, forgotten } = await store.archives.restore(copy, null, derive, ctx)
      assert.deepEqual([restored, forgotten], [2, 2])
      assert.equal(await store.catalog.session(idOf(1)), null)
      assert.ok(!readFileSync(copy).includes(idOf(1)), 'the copy was at hand, so it is clean too')
      assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
    })

    test('a store that never saw them takes sessions in', async () => {
      await fill()
      const before = await seen(store)
      await store.archives.create({ query: {} }, file, atOnce, ctx)
      const other = await open()
      try {
        const { restored } = await other.store.archives.restore(file, null, derive, ctx)
        assert.equal(restored, 10)
        assert.deepEqual(await seen(other.store), before)
        const receipt = await other.store.forget({ sessions: [idOf(2)] }, 'owner', contextOf())
        assert.deepEqual(receipt.archives.rewritten, [file], 'it knows the file by now')
      } finally {
        await other.close()
      }
    })

    test('any flipped bit is found, and a file that is not whole moves nothing', async () => {
      await fill()
      await store.archives.create(old, file, atOnce, ctx)
      const good = readFileSync(file)
      let found = 0
      const tries = 6
      for (let i = 0; i < tries; i++) {
        const bad = Buffer.from(good)
        const at = ctx.rng.int(good.length)
        bad[at] = bad[at]! ^ (1 << ctx.rng.int(8))
        writeFileSync(file, bad)
        const { faults } = await store.verify({ repair: false }, ctx)
        if (faults.some(({ fault }) => fault.code === 'archive.invalid')) found++
      }
      assert.equal(found, tries)
      rmSync(file)
      const { faults } = await store.verify({ repair: false }, ctx)
      assert.deepEqual(
        faults.map(({ fault, sessions }) => [fault.code, sessions.length]),
        [['archive.gone', 4]],
      )
      writeFileSync(file, good)
      await assert.rejects(store.archives.create({ query: {} }, file, atOnce, ctx), { code: 'store.occupied' })
      await assert.rejects(store.archives.create({ query: { project: 'none' } }, join(folder, 'x'), atOnce, ctx), {
        code: 'archive.empty',
      })
      assert.ok(!existsSync(join(folder, 'x')) && !existsSync(join(folder, 'x.part')))
      assert.equal((await store.archives.list()).length, 1)
    })

    test('what was learned stays learned', async () => {
      await fill()
      const { learned } = store
      await learned.pending('l', 'gui', 10)
      const lesson = {
        session: idOf(1),
        project: 'p',
        source: 'own',
        about: {},
        rows: [{ group: 'g', key: 'k', source: 'own', settings: null, count: 1, kept: 1, sum: 5 }],
      }
      await learned.commit('l', { revision: 0, head: {}, learn: lesson })
      const before = [await learned.rows('l', ['g']), await learned.tally('l'), await learned.head('l')]
      await store.archives.create(old, file, atOnce, ctx)
      assert.deepEqual(await learned.rows('l', ['g']), before[0])
      assert.deepEqual((await learned.pending('l', 'gui', 100)).length, 6)
      await store.archives.restore(file, null, derive, ctx)
      assert.deepEqual([await learned.rows('l', ['g']), await learned.tally('l'), await learned.head('l')], before)
    })
  })
}

async function* iterate<T>(items: Iterable<T>): AsyncIterable<T> {
  yield* items
}
