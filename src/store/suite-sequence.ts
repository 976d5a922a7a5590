/** Stores a few blobs and sessions strictly one after the other, and says each acknowledgement at once. For tracing. */
import { writeSync } from 'node:fs'
import { openStore } from './open.ts'
import { chunksOf, idOf, rowOf } from './suite-rows.ts'

const store = await openStore(process.argv[2] ?? '')
for (let n = 0; n < 3; n++) {
  const { sha256 } = await store.blobs.put(chunksOf(Buffer.alloc(20_000, n)))
  writeSync(1, `blob ${sha256}\n`)
  await store.catalog.putSessions([rowOf(n, { media: [sha256] })])
  writeSync(1, `session ${idOf(n)}\n`)
  await store.journals.open({ op: 'open', session: { id: idOf(n + 10) } })
  writeSync(1, `opened ${idOf(n + 10)}\n`)
  await store.journals.append(idOf(n + 10), [{ op: 'set', path: '/outcome/n', value: n }])
  writeSync(1, `appended ${idOf(n + 10)}\n`)
}
await store.close()
