import { isJsonObject } from '#core/json.ts'
import type { Journals } from '#core/store.ts'

/** Hashes of the blobs that sessions in the making refer to, but for those that are left out. */
export async function journalMedia(
  journals: Journals,
  leftOut: ReadonlySet<string> = new Set(),
): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  for (const { session } of await journals.list()) {
    if (leftOut.has(session)) continue
    // One that cannot be read is a matter for verify; one that was closed meanwhile has its blobs in the catalog.
    const ops = await journals.read(session).catch(() => [])
    for (const op of ops) {
      if (op.op === 'media') named.add(op.media.sha256)
      if (op.op !== 'open' || !Array.isArray(op.session['media'])) continue
      for (const media of op.session['media']) {
        if (isJsonObject(media) && typeof media['sha256'] === 'string') named.add(media['sha256'])
      }
    }
  }
  return named
}
