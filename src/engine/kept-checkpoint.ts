/** Where a run of `track` leaves what it could go on with: a file for each clip in the data directory, gone when the run is done. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Fault } from '#core/faults.ts'
import { type Checkpoint, checkpointText, readCheckpoint } from '#domains/camera/pipeline/checkpoint.ts'
import { encoded } from '#formats/text-chunks.ts'
import { systemFault } from '#io/system-faults.ts'

const folder = 'track-resume'
const fileOf = (dataDir: string, fingerprint: string) => join(dataDir, folder, `${fingerprint}.json`)

/** @throws file.*, store.full */
export async function keepCheckpoint(dataDir: string, fingerprint: string, checkpoint: Checkpoint): Promise<void> {
  const file = fileOf(dataDir, fingerprint)
  // Two runs on one clip may be here at once.
  const part = `${file}.${randomUUID()}.part`
  await mkdir(join(dataDir, folder), { recursive: true, mode: 0o700 })
  try {
    await pipeline(Readable.from(encoded(checkpointText(checkpoint))), createWriteStream(part, { mode: 0o600 }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw systemFault(error, file)
  }
}

/** @returns null when there is none that can be read */
export async function readKept(dataDir: string, fingerprint: string): Promise<Checkpoint | null> {
  try {
    return readCheckpoint(await readFile(fileOf(dataDir, fingerprint), 'utf8'))
  } catch (error) {
    const known = systemFault(error, folder)
    if (known instanceof Fault) return null
    throw known
  }
}

/** Fingerprints of the clips that could be gone on with. */
export async function keptClips(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, folder)).catch(() => [])
  return names.flatMap((name) => /^(clip-[0-9a-f]+)\.json$/.exec(name)?.[1] ?? [])
}

export const dropKept = (dataDir: string, fingerprint: string): Promise<void> =>
  rm(fileOf(dataDir, fingerprint), { force: true })
