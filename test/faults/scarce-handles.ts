/** Works on a store while no more file can be opened, and then again with enough of them. Usage: node scarce-handles.ts DATA */
import { closeSync, openSync, writeSync } from 'node:fs'
import { devNull } from 'node:os'
import { Fault } from '#core/faults.ts'
import { openStore } from '#store/open.ts'
import { chunksOf, idOf, rowOf } from '#store/suite-rows.ts'
import type { Acknowledged } from './acknowledged.ts'

const store = await openStore(process.argv[2] ?? '')
const say = (said: Acknowledged | { readonly what: 'refused'; readonly code: string }): void =>
  void writeSync(1, `${JSON.stringify(said)}\n`)

async function work(n: number): Promise<void> {
  const doors = [
    async () => {
      const blob = (await store.blobs.put(chunksOf(Buffer.alloc(30_000, n)))).sha256
      const row = rowOf(n, { media: [blob] })
      await store.catalog.putSessions([row])
      say({ what: 'session', id: row.id, hash: row.hash, blob })
    },
    async () => {
      const id = idOf(n + 1000)
      await store.journals.open({ op: 'open', session: { id } })
      await store.journals.append(id, [{ op: 'set', path: '/outcome/line1', value: 1 }])
      say({ what: 'journal', id, lines: 1 })
    },
  ]
  for (const door of doors) {
    await door().catch((error: unknown) => {
      say({ what: 'refused', code: error instanceof Fault ? error.code : `no name: ${String(error)}` })
    })
  }
}

await work(1)
const taken: number[] = []
try {
  for (;;) taken.push(openSync(devNull, 'r'))
} catch {
  // As meant: there is none left.
}
await work(2)
// With a few of them some of the work gets further than the rest.
for (let n = 3; taken.length > 0; n++) {
  for (const file of taken.splice(-2)) closeSync(file)
  if (n < 30) await work(n)
  else for (const file of taken.splice(0)) closeSync(file)
}
await work(100)
await store.close()
