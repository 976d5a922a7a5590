/** Deletes blobs that nothing refers to any more. */
import type { Context } from '#core/context.ts'
import { goOn } from './care.ts'
import { fromHex } from './hashing.ts'
import { journalMedia } from './journal-media.ts'
import type { StoreParts } from './store-parts.ts'

const blobsAtOnce = 100

export async function collectGarbage(
  { db, writer, blobs, journals }: StoreParts,
  { graceMs, dryRun }: { readonly graceMs: number; readonly dryRun: boolean },
  ctx: Context,
): Promise<{ readonly blobs: number; readonly bytes: number }> {
  const olderThanMs = ctx.now() - graceMs
  const named = await journalMedia(journals)
  const used = db.prepare('select 1 from session_media where sha = ? limit 1')
  const found = { blobs: 0, bytes: 0 }
  let waiting = new Map<string, number>()
  let looked = 0
  const collect = async () => {
    const deleted = dryRun
      ? [...waiting.keys()]
      : await writer.call('collectBlobs', { sha256s: [...waiting.keys()], olderThanMs }, waiting.size)
    for (const sha256 of deleted) {
      found.blobs++
      found.bytes += waiting.get(sha256) ?? 0
    }
    waiting = new Map()
  }
  for await (const { sha256, bytes, modifiedAtMs } of blobs.list()) {
    goOn(ctx.signal)
    ctx.progress({ done: ++looked, total: null, unit: 'blobs', note: null })
    if (modifiedAtMs > olderThanMs || named.has(sha256) || used.get(fromHex(sha256))) continue
    waiting.set(sha256, bytes)
    if (waiting.size >= blobsAtOnce) await collect()
  }
  if (waiting.size > 0) await collect()
  return found
}
