/** The steps of verify that look at files. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSha256 } from '#core/ids.ts'
import { blobPath } from './data-dir.ts'
import { FileBlobs } from './blobs.ts'
import { fromHex, toHex } from './hashing.ts'
import { readJournal } from './journal-lines.ts'
import { Fault } from '#core/faults.ts'
import type { Database } from './sqlite-driver.ts'
import { maxSessions, type StepContext } from './verify-findings.ts'

/** Reads every byte of every blob. */
export async function checkBlobs({ db, paths, find, progress }: StepContext): Promise<number> {
  const blobs = new FileBlobs(paths, { admit: () => Promise.resolve() })
  let checked = 0
  for await (const { sha256 } of blobs.list()) {
    try {
      for await (const _ of blobs.open(sha256)) continue
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'blob.corrupt') throw error
      const path = blobPath(paths.blobs, sha256)
      const { expected, found } = error
      find('blob.corrupt', { expected, found, where: path }, usersOf(db, sha256), { type: 'file', path, name: sha256 })
    }
    progress(++checked, 'blobs')
  }
  return checked
}

export function usersOf(db: Database, sha256: string): readonly string[] {
  const rows = db
    .prepare(
      `select s.id from session_media m join session s on s.seq = m.seq where m.sha = ? order by s.seq limit ${maxSessions}`,
    )
    .all(fromHex(sha256)) as { id: string }[]
  return rows.map(({ id }) => id)
}

/** Every blob that a session names must be there. */
export async function checkReferences({ db, paths, find, progress }: StepContext): Promise<number> {
  const next = db.prepare('select min(sha) as sha from session_media where sha > ?')
  let checked = 0
  for (let after: Uint8Array = new Uint8Array(0); ; ) {
    const sha = next.get(after)?.['sha']
    if (!(sha instanceof Uint8Array)) return checked
    const sha256 = toHex(sha)
    const there = await stat(blobPath(paths.blobs, sha256)).then(
      () => true,
      () => false,
    )
    if (!there) {
      const fix = 'upload the bytes again, or restore them from a backup'
      find('blob.unknown', { expected: `blob ${sha256}`, found: 'no file', fix }, usersOf(db, sha256))
    }
    progress(++checked, 'references')
    after = sha
  }
}

/** Blobs that nothing refers to are no damage: they may be on their way into a session. gc deletes them in time. */
export async function countOrphans({ db, paths, orphan }: StepContext): Promise<number> {
  const blobs = new FileBlobs(paths, { admit: () => Promise.resolve() })
  const used = db.prepare('select 1 from session_media where sha = ? limit 1')
  let checked = 0
  for await (const { sha256, bytes } of blobs.list()) {
    if (!used.get(fromHex(sha256))) orphan(bytes)
    checked++
  }
  return checked
}

/** Files among the blobs that are none. */
export async function checkStrays({ paths, find }: StepContext): Promise<number> {
  let checked = 0
  for (const entry of await readdir(paths.blobs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || isSha256(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    find(
      'store.corrupt',
      { expected: 'files named by their SHA-256', found: entry.name, fix: 'move it elsewhere', where: path },
      [],
      {
        type: 'file',
        path,
        name: entry.name,
      },
    )
    checked++
  }
  return checked
}

export async function checkJournals({ paths, find }: StepContext): Promise<number> {
  let checked = 0
  for (const name of (await readdir(paths.journals)).filter((file) => file.endsWith('.journal'))) {
    const path = join(paths.journals, name)
    checked++
    try {
      readJournal(await readFile(path), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue // closed meanwhile
      if (!(error instanceof Fault)) throw error
      const { expected, found, where } = error
      const session = name.replace('.journal', '')
      find('record.corrupt', { expected, found, where: where ?? path }, [session], { type: 'file', path, name })
    }
  }
  return checked
}
