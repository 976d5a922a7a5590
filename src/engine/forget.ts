/**
 * Erasing: in the store, in exports that still wait here for their download, and whatever else is here of clips that nothing is
 * recorded of any more.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import { fault } from '#core/faults.ts'
import { parseJson } from '#core/json.ts'
import type { ForgetReceipt, ReceiptCheck } from '#core/store.ts'
import { forgetClip, sessionsOf } from './clips.ts'
import type { Engine } from './engine.ts'
import { exportsFolder } from './export.ts'
import { dropKept, keptClips } from './kept-checkpoint.ts'
import { dropModels } from './learning/model-files.ts'
import { dropJobFiles } from './track-files.ts'

export type Forgotten = { readonly sessions: readonly string[] } | { readonly contributor: string }

/** @throws session.unknown for an id that is not there; nothing is erased then */
export async function forgetData(
  engine: Engine,
  what: Forgotten,
  principal: string,
  ctx: Context,
): Promise<ForgetReceipt> {
  if ('sessions' in what) for (const id of what.sessions) await requireKnown(engine, id)
  const clips = await recordedClips(engine)
  const receipt = await engine.store.forget(what, principal, ctx)
  const left = new Set<string>()
  for (const clip of clips) if ((await sessionsOf(engine, clip)) === 0) left.add(clip)
  for (const clip of left) await forgetTraces(engine, clip)
  await dropJobFiles(engine, (job) => isOf(job, left))
  for (const { target } of receipt.exports) {
    // Only files of this folder: an export elsewhere is named on the receipt, for whoever holds it.
    if (/^[0-9a-f-]{36}\.zip$/.test(target)) await rm(join(exportsFolder(engine.dataDir), target), { force: true })
  }
  // Made of what was erased, among others: training makes them anew.
  await dropModels(engine.dataDir)
  await writeReceipt(engine, receipt)
  return receipt
}

/** Also one in an archive, whose record cannot be read here. */
async function requireKnown({ store }: Engine, id: string): Promise<void> {
  if ((await store.catalog.summary(id)) !== null) return
  throw fault('session.unknown', { expected: 'the id of a recorded session', found: id })
}

export const receiptPath = (dataDir: string, id: string): string => join(dataDir, 'receipts', `${id}.json`)

/** For whoever asked for the erasure; `verify --receipt` looks whether it tells the truth. */
async function writeReceipt({ dataDir }: Engine, receipt: ForgetReceipt): Promise<void> {
  const path = receiptPath(dataDir, receipt.id)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600, flush: true })
}

/** @throws file.missing, receipt.invalid */
export async function checkReceiptFile(engine: Engine, path: string): Promise<ReceiptCheck> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fault('file.missing', {
      expected: 'the file of a receipt',
      found: 'none that can be read',
      where: path,
      cause,
    })
  })
  return engine.store.checkReceipt(parseJson(text, path))
}

function isOf({ params }: Job, clips: ReadonlySet<string>): boolean {
  const { fingerprint } = params
  return typeof fingerprint === 'string' && clips.has(fingerprint)
}

/** Fingerprints of the clips that have left something here and of which something is recorded. */
async function recordedClips(engine: Engine): Promise<readonly string[]> {
  const known = (await engine.store.clips.list()).map(({ fingerprint }) => fingerprint)
  const clips = [...new Set([...known, ...(await keptClips(engine.dataDir))])]
  const counts = await Promise.all(clips.map((clip) => sessionsOf(engine, clip)))
  return clips.filter((_, i) => counts[i]! > 0)
}

/** Where the clip lies, its file if it was sent here, and what a stopped run of it could go on with. */
async function forgetTraces(engine: Engine, fingerprint: string): Promise<void> {
  await forgetClip(engine, fingerprint)
  await dropKept(engine.dataDir, fingerprint)
}
