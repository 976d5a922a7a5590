/** Files that are sent here: written within a limit, and whole or not at all. */
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fault } from '#core/faults.ts'
import type { Store } from '#core/store.ts'
import { systemFault } from '#io/system-faults.ts'
import type { Engine } from './engine.ts'

/** A file name that is harmless on every disk and still says what the file is. */
export function safeName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^\.+/, '_')
      .slice(-100) || 'upload'
  )
}

/**
 * Writes an upload to disk; the folder it goes to is its own, and is gone again when it breaks off.
 *
 * @throws request.large, request.invalid for no bytes at all, store.full
 */
export async function receiveUpload(
  { store }: Engine,
  path: string,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await pipeline(counted(store, body, maxBytes), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  } catch (error) {
    await rm(dirname(path), { recursive: true, force: true })
    throw systemFault(error, path)
  }
}

async function* counted(
  store: Pick<Store, 'admit'>,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw fault('request.large', { expected: `at most ${maxBytes} bytes`, found: 'more' })
    await store.admit(chunk.length)
    yield chunk
  }
  if (bytes === 0) throw fault('request.invalid', { expected: 'the bytes of a file', found: 'an empty body' })
}
