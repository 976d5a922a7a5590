/** Starting anew without losing what was: the data directory is moved aside, and only deleted when that is asked for. */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import { openEngine } from './open.ts'

/** @throws store.missing; whatever else store opening throws */
export async function resetData(
  dataDir: string,
  options: { readonly erase: boolean },
): Promise<{ readonly movedTo: string | null }> {
  if (!existsSync(`${dataDir}/hindsight.json`)) {
    throw fault('store.missing', { expected: 'a data directory of Hindsight', found: 'none', where: dataDir })
  }
  // Opening it first makes sure that it is whole and that we may write it.
  const engine = await openEngine({ dataDir, jobThreads: 0 })
  await engine.close()
  const aside = `${dataDir}-before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  // A rename is one step: another process finds either all of it or nothing.
  await rename(dataDir, aside)
  if (!options.erase) return { movedTo: aside }
  await rm(aside, { recursive: true })
  return { movedTo: null }
}
