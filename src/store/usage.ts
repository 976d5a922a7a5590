/** What the sessions of a project take. */
import { setImmediate as turn } from 'node:timers/promises'
import type { FileBlobs } from './blobs.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

const blobsAtOnce = 256

export interface Usage {
  readonly sessions: number
  /** Of the different blobs that they refer to, their own long records included. */
  readonly blobBytes: number
}

/** Counts in small steps, since a project may have hundreds of thousands of blobs. */
export async function readUsage(db: Database, blobs: Pick<FileBlobs, 'stat'>, project: string): Promise<Usage> {
  const counted = db
    .prepare('select sum(sessions) as n from tally t join place p on p.id = t.place where p.project = ?')
    .get(project)
  const next = db.prepare(
    `select distinct m.sha as sha from session_media m
     where m.sha > ?2 and exists (
       select 1 from session_media o join session s on s.seq = o.seq join place p on p.id = s.place
       where o.sha = m.sha and p.project = ?1 and s.aside is null)
     order by m.sha limit ${blobsAtOnce}`,
  )
  let blobBytes = 0
  for (let after: Uint8Array | null = new Uint8Array(0); after !== null; ) {
    const found: Uint8Array[] = next.all(project, after).map((row) => row['sha'] as Uint8Array)
    const infos = await Promise.all(found.map((sha) => blobs.stat(toHex(sha))))
    for (const info of infos) blobBytes += info?.bytes ?? 0
    after = found.length === blobsAtOnce ? (found.at(-1) ?? null) : null
    await turn()
  }
  return { sessions: Number(counted?.['n'] ?? 0), blobBytes }
}
