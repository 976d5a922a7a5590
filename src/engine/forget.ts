/** Erasing: in the store, and in the files of exports that still wait here for their download. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import type { ForgetReceipt } from '#core/store.ts'
import type { Engine } from './engine.ts'
import { exportsFolder } from './export.ts'
import { storedSession } from './read.ts'

export type Forgotten = { readonly sessions: readonly string[] } | { readonly contributor: string }

/** @throws session.unknown for an id that is not there; nothing is erased then */
export async function forgetData(
  engine: Engine,
  what: Forgotten,
  principal: string,
  ctx: Context,
): Promise<ForgetReceipt> {
  if ('sessions' in what) for (const id of what.sessions) await storedSession(engine, id)
  const receipt = await engine.store.forget(what, principal, ctx)
  for (const { target } of receipt.exports) {
    // Only files of this folder: an export elsewhere is named on the receipt, for whoever holds it.
    if (/^[0-9a-f-]{36}\.zip$/.test(target)) await rm(join(exportsFolder(engine.dataDir), target), { force: true })
  }
  return receipt
}
