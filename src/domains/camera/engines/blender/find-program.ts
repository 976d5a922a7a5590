/** Where Blender is on this machine, and whether it is one that works. */
import { execFile } from 'node:child_process'
import { access, constants, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { brief, fault } from '#core/faults.ts'
import { cannotRun } from './bridge-process.ts'

/** The first version with `temp_override`, which the bridge needs. */
const oldest = [3, 2] as const
/** What this is tested with. */
export const tested = [3, 4] as const

const suffix = process.platform === 'win32' ? '.exe' : ''
const versionMs = 60_000

/**
 * Path of a Blender: the one that is named (by HINDSIGHT_BLENDER, or BLENDER, unless the caller does), else that of the
 * PATH, else one in the usual place of the system. It is not run yet.
 *
 * @throws engine.missing
 */
export async function findBlender(named: string | null, env: NodeJS.ProcessEnv): Promise<string> {
  const wanted = named ?? env['HINDSIGHT_BLENDER'] ?? env['BLENDER'] ?? ''
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const isPath = /[/\\]/.test(wanted)
  const onPath = folders.map((folder) => join(folder, wanted === '' ? `blender${suffix}` : wanted))
  const places = isPath ? [wanted] : wanted === '' ? [...onPath, ...(await usualPlaces(env))] : onPath
  for (const place of places) if (await isProgram(place)) return place
  const found = wanted === '' ? 'none on the PATH, nor where it is usually installed' : `that "${wanted}" cannot be run`
  throw fault('engine.missing', { expected: 'Blender', found })
}

async function usualPlaces(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (process.platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].map((at) =>
      join(at, 'Blender.app/Contents/MacOS/Blender'),
    )
  }
  if (process.platform === 'win32') {
    const maker = join(env['ProgramFiles'] ?? 'C:\\Program Files', 'Blender Foundation')
    // One folder to a version; the latest first.
    const versions = (await readdir(maker).catch((): string[] => [])).sort().reverse()
    return versions.map((version) => join(maker, version, 'blender.exe'))
  }
  return [
    '/usr/local/bin/blender',
    '/opt/blender/blender',
    '/snap/bin/blender',
    '/var/lib/flatpak/exports/bin/org.blender.Blender',
  ]
}

const isProgram = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/**
 * What a Blender says that it is: "3.4.1".
 *
 * @throws engine.missing when it cannot be run, engine.version when it is no Blender or too old
 */
export async function versionOf(program: string, extraArgs: readonly string[]): Promise<string> {
  const run = promisify(execFile)(program, [...extraArgs, '--version'], { timeout: versionMs, windowsHide: true })
  const { stdout } = await run.catch((error: unknown) => {
    throw cannotRun(program, error)
  })
  const version = /^Blender (\d+\.\d+(?:\.\d+)?)/m.exec(stdout)?.[1]
  if (version === undefined) throw wrongVersion(`a program that says "${brief(stdout.trim(), 80)}" of itself`)
  checkVersion(version.split('.').map(Number), version)
  return version
}

/**
 * @throws engine.version
 */
export function checkVersion([major = 0, minor = 0]: readonly number[], text: string): void {
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1])
  if (isOld) throw wrongVersion(`Blender ${text}`)
}

export const wrongVersion = (found: string) =>
  fault('engine.version', {
    expected: `Blender ${oldest.join('.')} or later with motion tracking; ${tested.join('.')} is what is tested`,
    found,
  })
