/**
 * Works on a store until it is killed, and says what was acknowledged, a line of JSON each. For tests.
 * Usage: node busy-store.ts doors|backup|migrate DATA TARGET ROUND
 */
import { writeSync } from 'node:fs'
import type { Store } from '#core/store.ts'
import { openStore } from '#store/open.ts'
import { chunksOf, contextOf, editOf, idOf, rowOf, sha256 } from '#store/suite-rows.ts'
import { type Acknowledged, partBytes, partsOf, uploadBytes, uploadOf } from './acknowledged.ts'

const [kind = '', dataDir = '', target = '', round = '0'] = process.argv.slice(2)

// Synchronous: what is said must have left the process before it can be killed.
const say = (said: Acknowledged): void => void writeSync(1, `${JSON.stringify(said)}\n`)

/** A run through a journal, with media, edits, and an upload in pieces. */
async function useDoors(store: Store, n: number): Promise<void> {
  const journal = idOf(n + 500_000)
  await store.journals.open({ op: 'open', session: { id: journal } })
  for (let line = 1; line <= 5; line++) {
    await store.journals.append(journal, [{ op: 'set', path: `/outcome/line${line}`, value: line }])
    say({ what: 'journal', id: journal, lines: line })
  }
  const medium = (await store.blobs.put(chunksOf(Buffer.alloc(20_000, n % 251), String(n)))).sha256
  const row = rowOf(n, { media: [medium] }, { text: 'x'.repeat(n % 8 === 0 ? 270_000 : 500) })
  await store.catalog.putSessions([row])
  say({ what: 'session', id: row.id, hash: row.hash, blob: medium })
  const edit = editOf(n, row.id)
  await store.catalog.putEdits([edit])
  say({ what: 'edit', id: edit.id, session: row.id })
  const id = uploadOf(n)
  const bytes = uploadBytes(n)
  const hash = sha256(bytes)
  const order = {
    id,
    kind: 'blob',
    bytes: bytes.length,
    sha256: hash,
    name: null,
    project: 'p',
    principal: 'o',
  } as const
  await store.uploads.create(order)
  for (let offset = 0; offset < bytes.length; offset += partBytes) {
    const end = await store.uploads.append(id, offset, chunksOf(...partsOf(bytes.subarray(offset, offset + partBytes))))
    say({ what: 'upload', id, n, offset: end })
  }
  await store.uploads.finish(id, async (whole) => ({ ...(await whole.keepAsBlob()) }))
  say({ what: 'blob', sha256: hash })
}

const store = await openStore(dataDir)
say({ what: 'open' })
if (kind === 'migrate') await store.close()
for (let n = 0; kind === 'doors'; n++) {
  await Promise.all([0, 1, 2].map((k) => useDoors(store, Number(round) * 3000 + 3 * n + k)))
}
for (let n = 0; kind === 'backup'; n++) {
  await store.catalog.putSessions([rowOf(Number(round) * 3000 + n)])
  const { path, sessions } = await store.backup(target, contextOf())
  say({ what: 'backup', path, sessions })
}
