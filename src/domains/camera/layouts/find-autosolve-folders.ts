/** Finds AutoSolve's data folders: below Blender's user files, per Blender version, with either spelling of the name. */

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** As `process.platform` says it. */
  readonly platform: string
  /** The names in a folder; none when it does not exist or cannot be read. */
  list(folder: string): Promise<readonly string[]>
}

/** Folders named autosolve or AutoSolve, of all Blender versions, newest version first. */
export async function findAutosolveFolders({ env, platform, list }: Surroundings): Promise<readonly string[]> {
  const separator = platform === 'win32' ? '\\' : '/'
  const join = (...parts: readonly string[]) => parts.join(separator)
  const found: string[] = []
  const add = async (dataFiles: string) => {
    for (const name of await list(dataFiles)) {
      if (name.toLowerCase() === 'autosolve') found.push(join(dataFiles, name))
    }
  }
  // Blender's own variables move its user files elsewhere; the narrower one wins.
  if (env['BLENDER_USER_DATAFILES']) await add(env['BLENDER_USER_DATAFILES'])
  if (env['BLENDER_USER_RESOURCES']) await add(join(env['BLENDER_USER_RESOURCES'], 'datafiles'))
  for (const blender of blenderFolders(env, platform, join)) {
    const versions = (await list(blender)).filter((name) => /^\d+\.\d+$/.test(name)).sort(newestFirst)
    for (const version of versions) await add(join(blender, version, 'datafiles'))
  }
  return [...new Set(found)]
}

function blenderFolders(
  env: Surroundings['env'],
  platform: string,
  join: (...parts: readonly string[]) => string,
): readonly string[] {
  if (platform === 'win32') {
    const appData = env['APPDATA'] ?? (env['USERPROFILE'] ? join(env['USERPROFILE'], 'AppData', 'Roaming') : undefined)
    return appData ? [join(appData, 'Blender Foundation', 'Blender')] : []
  }
  const home = env['HOME']
  if (platform === 'darwin') return home ? [join(home, 'Library', 'Application Support', 'Blender')] : []
  const config = env['XDG_CONFIG_HOME'] || (home ? join(home, '.config') : undefined)
  return config ? [join(config, 'blender')] : []
}

/** By number: 4.10 is newer than 4.2. */
function newestFirst(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorB - majorA || minorB - minorA
}
