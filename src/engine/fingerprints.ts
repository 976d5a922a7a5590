/** Perceptual hashes of pictures: computed once for each blob, kept beside the samples, and derived like them. */
import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { inspectImage } from '#media/still.ts'
import type { Engine } from './engine.ts'
import { maxPictureBytes, readAll } from './intake.ts'

/** Pictures decoded at once: sharp spreads each over its own threads. */
const decodedAtOnce = 4

/**
 * The fingerprints of these pictures, 16 hex digits by blob hash. A picture that cannot be decoded has none, which is
 * warned of.
 */
export async function fingerprintsOf(
  engine: Engine,
  sha256s: Iterable<string>,
  ctx: Context,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(sha256s)]
  const known = new Map(await engine.store.samples.fingerprints(wanted))
  const missing = wanted.filter((sha256) => !known.has(sha256))
  for (let i = 0; i < missing.length; i += decodedAtOnce) {
    ctx.signal.throwIfAborted()
    const batch = missing.slice(i, i + decodedAtOnce)
    const made = (await Promise.all(batch.map((sha256) => fingerprint(engine, sha256, ctx)))).flat()
    await engine.store.samples.putFingerprints(made)
    for (const { sha256, hash } of made) known.set(sha256, hash)
    ctx.progress({ done: i + batch.length, total: missing.length, unit: 'pictures', note: 'looking at pictures' })
  }
  return known
}

async function fingerprint(engine: Engine, sha256: string, ctx: Context) {
  try {
    const bytes = await readAll(engine.store.blobs.open(sha256), maxPictureBytes, sha256)
    const { perceptualHash } = await inspectImage(bytes)
    return [{ sha256, hash: perceptualHash }]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    ctx.warn({ code: error.code, message: error.message, where: sha256 })
    return []
  }
}
