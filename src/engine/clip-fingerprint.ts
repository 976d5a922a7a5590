/** What a clip is known by, wherever it lies: its content, and nothing of its name or place. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { systemFault } from '#io/system-faults.ts'
import { clipFiles } from '#media/clip.ts'

export interface ClipIdentity {
  /** `clip-` and 32 hex digits of a SHA-256 over the bytes of its files: the same for the same bytes on every machine. */
  readonly fingerprint: string
  /** Lower case with the dot; null for a file without one. */
  readonly extension: string | null
  /** Of all files. */
  readonly sizeBytes: number
}

/**
 * Reads all files of a clip once. (They are read for decoding anyway, which takes longer; a sample of the bytes would call
 * two takes of one uncompressed shot the same.) A sequence is known by the hashes of its pictures in order.
 *
 * @param known the fingerprint, where the files were read before: only their sizes are looked at then
 * @throws file.missing, file.permission, media.*; the reason of `signal`
 */
export async function clipIdentity(
  path: string,
  signal: AbortSignal,
  known: Pick<ClipIdentity, 'fingerprint'> | null = null,
): Promise<ClipIdentity> {
  const files = await clipFiles(path)
  const whole = createHash('sha256')
  let sizeBytes = 0
  for (const file of files) {
    signal.throwIfAborted()
    try {
      if (known === null) whole.update(await digestOf(file, signal))
      sizeBytes += (await stat(file)).size
    } catch (error) {
      throw systemFault(error, file)
    }
  }
  const extension = extname(files[0] ?? '').toLowerCase()
  return {
    fingerprint: known?.fingerprint ?? `clip-${whole.digest('hex').slice(0, 32)}`,
    extension: /^\.[a-z0-9]{1,16}$/.test(extension) ? extension : null,
    sizeBytes,
  }
}

async function digestOf(file: string, signal: AbortSignal): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer)
  return hash.digest()
}
