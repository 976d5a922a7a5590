/** Finds what other programs left on this machine. */
import { readdir } from 'node:fs/promises'
import { findAutosolveFolders } from '#domains/camera/layouts/find-autosolve-folders.ts'

/** The AutoSolve data folders of every Blender version that was used here. */
export function autosolveFolders(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  // A folder that is not there, or not ours to read, holds nothing to import.
  const list = (folder: string) => readdir(folder).catch(() => [])
  return findAutosolveFolders({ env, platform: process.platform, list })
}
