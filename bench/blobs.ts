/**
 * Blobs of 1 MB through the store, against a plain loop of write, fsync and rename; interleaved, so that both meet the
 * same disk. Usage: node bench/blobs.ts [--blobs 100] [--bytes 1048576]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore } from '#store/open.ts'
import { machine } from './machine.ts'

const { values } = parseArgs({
  options: { blobs: { type: 'string', default: '100' }, bytes: { type: 'string', default: '1048576' } },
})
const count = Number(values.blobs)
const size = Number(values.bytes)
const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-'))

/** Bytes that no other round has. */
function bytesOf(round: number): Buffer {
  const bytes = Buffer.alloc(size, round % 251)
  bytes.writeUInt32LE(round)
  return bytes
}

async function* chunked(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function plain(bytes: Buffer, name: string): Promise<void> {
  const part = join(folder, 'plain', `${name}.part`)
  const file = await open(part, 'wx')
  await file.write(bytes)
  await file.sync()
  await file.close()
  await rename(part, join(folder, 'plain', name))
}

try {
  console.log(`machine: ${machine()}; ${count} blobs of ${size} bytes each way`)
  mkdirSync(join(folder, 'plain'))
  const store = await openStore(join(folder, 'data'))
  const times = { store: 0, plain: 0 }
  for (let round = 0; round < count; round++) {
    const bytes = bytesOf(round)
    const storing = async () => {
      const startedAt = performance.now()
      await store.blobs.put(chunked(bytes))
      times.store += performance.now() - startedAt
    }
    const writing = async () => {
      const startedAt = performance.now()
      await plain(bytes, String(round))
      times.plain += performance.now() - startedAt
    }
    // Each goes first in turn.
    for (const step of round % 2 === 0 ? [storing, writing] : [writing, storing]) await step()
  }
  await store.close()
  const rate = (ms: number) => ((count * size) / 1e6 / (ms / 1000)).toFixed(0)
  const share = Math.round((100 * times.plain) / times.store)
  console.log(`store ${rate(times.store)} MB/s, plain ${rate(times.plain)} MB/s: ${share} %`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
