/**
 * Erasing: in the store, in exports that still wait here for their download, and whatever else is here of clips that nothing is
 * recorded of any more.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import type { ForgetReceipt } from '#core/store.ts'
import { forgetClip, sessionsOf } from './clips.ts'
import type { Engine } from './engine.ts'
import { exportsFolder } from './export.ts'
import { dropKept, keptClips } from './kept-checkpoint.ts'
import { dropModels } from './learning/model-files.ts'
import { storedSession } from './read.ts'
import { dropJobFiles } from './track-files.ts'

export type Forgotten = { readonly sessions: readonly string[] } | { readonly contributor: string }

/** @throws session.unknown for an id that is not there; nothing is erased then */
export async function forgetData(
  engine: Engine,
  what: Forgotten,
  principal: string,
  ctx: Context,
): Promise<ForgetReceipt> {
  if ('sessions' in what) for (const id of what.sessions) await storedSession(engine, id)
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
  return receipt
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
