/** What readers of foreign layouts may ask: to keep a file as a blob, and to replace a person's name by a pseudonym. */
import { fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import type { Intake } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { withoutPrivateMetadata } from '#media/private-metadata.ts'
import { inspectImage } from '#media/still.ts'
import { type Engine, pseudonym } from './engine.ts'

/** The largest picture file that is taken in. */
export const maxPictureBytes = 64 * 1024 * 1024

/** How many files' results are remembered, for sources that name one picture many times. */
const remembered = 50_000

export function makeIntake(engine: Engine, source: Source, project: string): Intake {
  const known = new Map<string, Omit<MediaRef, 'role'>>()
  return {
    project,
    pseudonym: (name) => pseudonym(engine, 'contributor', name),
    async media(file, role, options) {
      if (typeof file !== 'string') {
        return { role, ...(await keepMedia(engine, file, { picture: options?.picture ?? false, where: source.name })) }
      }
      const seen = known.get(file)
      if (seen) return { role, ...seen }
      const bytes = await readAll(source.read(file), maxPictureBytes, file)
      const kept = await keepMedia(engine, bytes, { picture: options?.picture ?? false, where: file })
      if (known.size < remembered) known.set(file, kept)
      return { role, ...kept }
    },
  }
}

/**
 * Keeps bytes as a blob and says what they really are.
 *
 * @throws image.* when `picture` and they are none
 */
export async function keepMedia(
  engine: Engine,
  bytes: Uint8Array,
  options: {
    readonly picture: boolean
    /** Whether what a picture's file says of place, person and device is taken out first; no when absent. */
    readonly clean?: boolean
    readonly where: string
  },
): Promise<Omit<MediaRef, 'role'>> {
  const picture = await inspectOrNull(bytes, options.picture)
  const stored = await engine.store.blobs.put(once(picture && options.clean ? withoutPrivateMetadata(bytes) : bytes))
  return {
    sha256: stored.sha256,
    mediaType: picture?.mediaType ?? 'application/octet-stream',
    bytes: stored.bytes,
    width: picture?.width ?? null,
    height: picture?.height ?? null,
  }
}

async function inspectOrNull(bytes: Uint8Array, mustBePicture: boolean) {
  try {
    return await inspectImage(bytes)
  } catch (error) {
    if (mustBePicture) throw error
    return null
  }
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

/** @throws request.large */
export async function readAll(bytes: AsyncIterable<Uint8Array>, maxBytes: number, where: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > maxBytes) throw fault('request.large', { expected: `at most ${maxBytes} bytes`, found: 'more', where })
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}
