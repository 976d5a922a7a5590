/** What is shown before forgetting is what forgetting then does: over random stores, and for both ways of naming what is meant. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { openStore } from './open.ts'
import { datasetOf, versionOf } from './samples-suite.ts'
import { contextOf, editOf, idOf, putText, rowOf } from './suite-rows.ts'
import { makeFolderOf } from './suite-store.ts'

const people = ['ada', 'bo', 'cy'] as const

for (const seed of [1, 2, 3, 4]) {
  test(`the preview is the receipt to come, store ${seed}`, async () => {
    const rng = seededRng(seed)
    const folder = makeFolderOf('forget-preview')
    const store = await openStore(folder.data)
    try {
      const pictures = await Promise.all(
        Array.from({ length: 9 }, (_, i) => putText(store.blobs, `picture ${i} of ${seed}`)),
      )
      const count = 20 + rng.int(20)
      const by = Array.from({ length: count }, () => people[rng.int(people.length)] ?? 'ada')
      const media = () => Array.from({ length: rng.int(3) }, () => pictures[rng.int(pictures.length)] ?? '')
      await store.catalog.putSessions(
        by.map((contributor, n) =>
          // Some are too large for the catalog and go to a blob of their own.
          rowOf(n, { contributor, media: [...new Set(media())] }, n % 7 === 0 ? { text: `${n} `.repeat(100_000) } : {}),
        ),
      )
      await store.catalog.putEdits(Array.from({ length: 12 }, (_, n) => editOf(n, idOf(rng.int(count)))))
      await store.datasets.create(datasetOf('d'))
      for (const name of ['1.0.0', '2.0.0']) {
        const { version, items } = versionOf('d', name, [`${name}a`, `${name}b`], [idOf(rng.int(count))])
        await store.datasets.commit(
          version,
          (async function* () {
            yield* items
          })(),
        )
      }
      const note = { at: '2026-11-20T00:00:00Z', principal: 'o', project: 'p', what: 'd', format: 'coco', target: 't' }
      for (const id of ['e1', 'e2']) {
        await store.datasets.noteExport({ ...note, sessions: 1, id }, [idOf(rng.int(count))])
      }
      await store.journals.open({ op: 'open', session: { id: idOf(900), contributor: 'ada' } })
      await store.journals.append(idOf(900), [
        {
          op: 'media',
          media: { role: 'r', sha256: pictures[0] ?? '', mediaType: 'image/png', bytes: 1, width: 1, height: 1 },
        },
      ])

      const some = Array.from({ length: 4 }, () => idOf(rng.int(count)))
      for (const what of [{ sessions: [...new Set(some)] }, { contributor: 'ada' }, { contributor: 'nobody' }]) {
        const before = await store.catalog.count({}, 1000)
        const { journals, archives, ...preview } = await store.forgetPreview(what)
        assert.equal(await store.catalog.count({}, 1000), before, 'looking changes nothing')
        const open = (await store.journals.list()).length
        const receipt = await store.forget(what, 'owner', contextOf())
        const { id: _id, at: _at, principal: _principal, archives: reached, ...erased } = receipt
        const sorted = (exports: typeof erased.exports) => exports.toSorted((a, b) => a.id.localeCompare(b.id))
        assert.deepEqual(
          { ...preview, exports: sorted(preview.exports) },
          { ...erased, exports: sorted(erased.exports) },
          JSON.stringify(what),
        )
        assert.equal(journals, open - (await store.journals.list()).length)
        assert.deepEqual(archives, [...reached.rewritten, ...reached.absent])
      }
    } finally {
      await store.close()
      folder.remove()
    }
  })
}
