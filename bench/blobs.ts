/**
 * Blobs of 1 MB through the store, against a plain loop of write, fsync and rename, and against one that also syncs the folder,
 * without which a power cut may take the new name back; interleaved, so that all meet the same disk. Usage: node bench/blobs.ts [--blobs 100] [--bytes 1048576]
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

async function plain(bytes: Buffer, name: string, durably: boolean): Promise<void> {
  const place = join(folder, durably ? 'durable' : 'plain')
  const part = join(place, `${name}.part`)
  const file = await open(part, 'wx')
  await file.write(bytes)
  await file.sync()
  await file.close()
  await rename(part, join(place, name))
  if (!durably) return
  const handle = await open(place, 'r')
  await handle.sync()
  await handle.close()
}

try {
  console.log(`machine: ${machine()}; ${count} blobs of ${size} bytes each way`)
  for (const name of ['plain', 'durable']) mkdirSync(join(folder, name))
  const store = await openStore(join(folder, 'data'))
  const times = { store: 0, plain: 0, durable: 0 }
  for (let round = 0; round < count; round++) {
    const bytes = bytesOf(round)
    const steps = {
      store: () => store.blobs.put(chunked(bytes)),
      plain: () => plain(bytes, String(round), false),
      durable: () => plain(bytes, String(round), true),
    }
    const names = Object.keys(steps) as (keyof typeof steps)[]
    // Each goes first in turn.
    for (const i of names.keys()) {
      const name = names[(i + round) % names.length]!
      const startedAt = performance.now()
      await steps[name]()
      times[name] += performance.now() - startedAt
    }
  }
  await store.close()
  const rate = (ms: number) => ((count * size) / 1e6 / (ms / 1000)).toFixed(0)
  const share = (of: number) => `${Math.round((100 * of) / times.store)} %`
  console.log(`store ${rate(times.store)} MB/s`)
  console.log(`plain ${rate(times.plain)} MB/s: the store has ${share(times.plain)} of it`)
  console.log(`plain, folder synced, ${rate(times.durable)} MB/s: the store has ${share(times.durable)} of it`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
