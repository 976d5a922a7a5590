/**
 * A program that writes sessions until it is stopped, and says each one that was acknowledged. For tests that need a
 * second process, or one to kill. Usage: node suite-writer.ts DATA FIRST COUNT [BLOB_BYTES]
 */
import { writeSync } from 'node:fs'
import { openStore } from './open.ts'
import { chunksOf, rowOf } from './suite-rows.ts'

const [dataDir = '', first = '0', count = '1', blobBytes = '0'] = process.argv.slice(2)
const store = await openStore(dataDir)
writeSync(1, 'open\n')

/** Sessions of different lengths; every 16th is long enough to be kept as a blob. */
export const writtenRow = (n: number, media: readonly string[]) =>
  rowOf(
    n,
    { media, searchText: `number ${n}`, facets: [{ key: 'n', number: n }] },
    { text: 'x'.repeat(n % 16 === 0 ? 270_000 : 50 * (n % 16)) },
  )

for (let n = Number(first); n < Number(first) + Number(count); n += 4) {
  const numbers = [n, n + 1, n + 2, n + 3].filter((one) => one < Number(first) + Number(count))
  // Several calls at once, as a server has them.
  await Promise.all(
    numbers.map(async (one) => {
      const size = Number(blobBytes)
      const media =
        size > 0 ? [(await store.blobs.put(chunksOf(Buffer.alloc(size, one % 251), String(one)))).sha256] : []
      const row = writtenRow(one, media)
      const [result] = await store.catalog.putSessions([row])
      // Synchronous: what is said must have left the process before it can be killed.
      writeSync(1, `${result} ${one} ${row.id} ${row.hash}\n`)
    }),
  )
}
await store.close()
writeSync(1, 'done\n')
