/** Erasing in the files of the data directory beside the catalog and the blobs: what was set aside, and what was being written. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder, writeWhole } from './durable-files.ts'
import { Mentions } from './mentions.ts'
import type { StoreParts } from './store-parts.ts'

/** A file in `tmp` that nobody wrote to for so long was left by a crash; whose bytes it holds cannot be told. */
const leftMs = 600_000

/** @param sha256s blobs that were erased */
export async function eraseFiles(
  { db, paths }: Pick<StoreParts, 'db' | 'paths'>,
  sha256s: ReadonlySet<string>,
): Promise<void> {
  const mentions = new Mentions(db)
  const isGone = (text: string) => mentions.isIn(text) || [...sha256s].some((sha256) => text.includes(sha256))
  await eraseQuarantine(paths.quarantine, mentions, sha256s)
  await eraseUploads(join(paths.tmp, 'uploads'), isGone)
  for (const name of await readdir(paths.tmp)) {
    const path = join(paths.tmp, name)
    const info = await stat(path).catch(() => null)
    if (!info?.isFile()) continue
    const isLeft = name.endsWith('.part') && Date.now() - info.mtimeMs > leftMs
    if (isLeft || sha256s.has(name.replace(/^gc-/, ''))) await rm(path, { force: true })
  }
  await syncFolder(paths.tmp)
}

/** A damaged blob goes with the last of the sessions that it was set aside for. */
async function eraseQuarantine(folder: string, mentions: Mentions, sha256s: ReadonlySet<string>): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json'))) {
    const path = join(folder, name)
    const text = await readFile(path, 'utf8').catch(() => '')
    const isGone = sha256s.has(name.split('.')[0] ?? '')
    if (!isGone && !mentions.isIn(text)) continue
    if (isGone || sessionsIn(text).every((id) => mentions.isIn(id))) {
      await rm(path.slice(0, -'.json'.length), { force: true })
      await rm(path, { force: true })
    } else await writeWhole(path, mentions.without(text))
  }
  await syncFolder(folder)
}

function sessionsIn(note: string): readonly string[] {
  try {
    return (JSON.parse(note) as { readonly sessions?: readonly string[] }).sessions ?? []
  } catch {
    return [] // a note that cannot be read names nobody who would want to keep it
  }
}

async function eraseUploads(folder: string, isGone: (text: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    if (!isGone(text)) continue
    for (const file of names.filter((one) => one.startsWith(name.slice(0, -'.json'.length)))) {
      await rm(join(folder, file), { force: true })
    }
  }
}
