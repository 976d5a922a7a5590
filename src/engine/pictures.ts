/** Pictures as the page shows them. */
import { sniffBytes, sniffMediaType, stillMediaTypes } from '#media/sniff.ts'
import { type Thumbnail, thumbnail } from '#media/still.ts'
import type { Engine } from './engine.ts'
import { maxPictureBytes, readAll } from './intake.ts'

/** The type of a blob by its content, if it is a picture that every browser shows inertly; null for all else. */
export async function pictureType(engine: Engine, sha256: string, bytes: number): Promise<string | null> {
  const head = await readAll(
    engine.store.blobs.open(sha256, { start: 0, end: Math.min(sniffBytes, bytes) }),
    sniffBytes,
    sha256,
  )
  const mediaType = sniffMediaType(head)
  return stillMediaTypes.find((type) => type === mediaType) ?? null
}

/** @throws blob.*, image.* */
export async function thumbnailOf(engine: Engine, sha256: string, widthPx: number): Promise<Thumbnail> {
  const bytes = await readAll(engine.store.blobs.open(sha256), maxPictureBytes, sha256)
  return thumbnail(bytes, widthPx)
}
