/** Results that are kept by the bytes of the clip and of the code that made them, so that a broken run goes on where it stopped. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../../src', import.meta.url))

const camera = [
  'pipeline',
  'policies',
  'probe',
  'motion',
  'diagnose',
  'heal',
  'clean',
  'engines',
  'recording/outcome.ts',
]
/** What decides which cameras come out, and what is said of them. */
export const pipelineFolders = ['vision', 'track', 'media', ...camera.map((name) => `domains/camera/${name}`)]

/** Of all code in these folders, tests left out. */
export function buildOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of folders.flatMap((folder) => filesIn(join(source, folder)))) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 10)
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path).sort()
  return names
    .map((name) => join(path, name))
    .flatMap(filesIn)
    .filter((file) => /\.(?:ts|wasm)$/.test(file) && !/\.(?:test|long|interop\.test)\.ts$/.test(file))
}

const fileOf = (cache: string, clip: string, name: string): string => {
  const hash = createHash('sha256').update(readFileSync(clip)).digest('hex').slice(0, 12)
  return join(cache, `${hash}-${name}.json`)
}

export const isKept = (cache: string, clip: string, name: string): boolean => existsSync(fileOf(cache, clip, name))

/** A value of a clip, made once. */
export async function kept<T>(cache: string, clip: string, name: string, make: () => Promise<T>): Promise<T> {
  const file = fileOf(cache, clip, name)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  const value = await make()
  mkdirSync(cache, { recursive: true })
  writeFileSync(file, JSON.stringify(value))
  return value
}
