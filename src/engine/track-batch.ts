/** Several clips at once: which there are, and where the results of each go. */
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { fault } from '#core/faults.ts'
import { systemFault } from '#io/system-faults.ts'

/** By name alone: what is no clip after all says so when it is opened. */
const videoNames = /\.(?:mp4|mov|m4v|mkv|avi|webm|mxf|mts|m2ts|mpg|mpeg|ts|wmv|ogv|3gp)$/i
const pictureNames = /\.(?:png|jpe?g|webp|tiff?|exr|dpx)$/i

/**
 * The clips that are meant: each name as it is, but a folder that holds videos or folders of pictures stands for those.
 *
 * @throws usage, when there is none
 */
export async function clipsIn(names: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(names.map(clipsAt))
  const clips = lists.flat()
  if (clips.length > 0) return clips
  const found = names.length === 0 ? 'none' : `none in ${names.join(', ')}`
  throw fault('usage', { expected: 'clips', found, where: '<clips...>' })
}

async function clipsAt(name: string): Promise<readonly string[]> {
  const stats = await stat(name).catch(() => null)
  if (stats?.isDirectory() !== true) return [name]
  const all = await readdir(name, { withFileTypes: true }).catch((error: unknown) =>
    Promise.reject(systemFault(error, name)),
  )
  const entries = all.filter((entry) => !entry.name.startsWith('.'))
  // A folder of pictures is a clip itself.
  if (entries.some((entry) => entry.isFile() && pictureNames.test(entry.name))) return [name]
  const clips: string[] = []
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))) {
    const path = join(name, entry.name)
    if (entry.isFile() && videoNames.test(entry.name)) clips.push(path)
    else if (entry.isDirectory() && (await holdsPictures(path))) clips.push(path)
  }
  // An empty folder is told as the clip that it is not.
  return clips.length > 0 ? clips : [name]
}

const holdsPictures = async (folder: string) =>
  (await readdir(folder).catch(() => [])).some((name) => pictureNames.test(name) && !name.startsWith('.'))

/** A folder for each below the one that was named; clips of one name are told apart by a number. */
export function outOf(clips: readonly string[], out: string | null): readonly (string | null)[] {
  const used = new Map<string, number>()
  return clips.map((clip) => {
    if (out === null) return null
    const file = basename(clip)
    const name = (videoNames.test(file) ? basename(file, extname(file)) : file).replace(/[%#]/g, '') || 'clip'
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return join(out, count === 1 ? name : `${name}-${count}`)
  })
}
