/** Where everything lies in a data directory, and making one. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { brief, fault } from '#core/faults.ts'
import { exists, makeFolder, writeWhole } from './durable-files.ts'

export const layoutVersion = 1

export interface DataPaths {
  readonly root: string
  readonly marker: string
  readonly secret: string
  readonly catalog: string
  readonly blobs: string
  readonly journals: string
  readonly tmp: string
  readonly quarantine: string
}

export function dataPaths(root: string): DataPaths {
  return {
    root,
    marker: join(root, 'hindsight.json'),
    secret: join(root, 'secret'),
    catalog: join(root, 'catalog.db'),
    blobs: join(root, 'blobs'),
    journals: join(root, 'journals'),
    tmp: join(root, 'tmp'),
    quarantine: join(root, 'quarantine'),
  }
}

export const blobPath = (blobs: string, sha256: string): string =>
  join(blobs, sha256.slice(0, 2), sha256.slice(2, 4), sha256)

/**
 * Checks a data directory, or makes one in a new or empty folder.
 *
 * @throws store.missing when it is not there and `create` is false, store.occupied for a folder of other files,
 *   store.version for a layout of a newer program
 */
export async function prepareDataDir(root: string, create: boolean): Promise<DataPaths> {
  const paths = dataPaths(root)
  if (!(await exists(paths.marker))) {
    if (!create) throw fault('store.missing', { expected: 'a data directory', found: 'none', where: root })
    await makeFolder(root)
    await refuseForeign(root)
    const text = `${JSON.stringify({ format: 'hindsight-data', version: layoutVersion })}\n`
    await writeWhole(paths.marker, text, { exclusive: true })
  }
  await checkMarker(paths.marker)
  for (const folder of [paths.blobs, paths.journals, paths.tmp, paths.quarantine]) await makeFolder(folder)
  return paths
}

/** A mistyped path must not turn somebody's folder into a data directory; what another first start just made is fine. */
async function refuseForeign(root: string): Promise<void> {
  const own = new Set(Object.values(dataPaths(root)).map((path) => basename(path)))
  const foreign = (await readdir(root)).find(
    (name) => !own.has(name) && !/^(\.hindsight\.json|\.secret|catalog\.db)/.test(name),
  )
  if (foreign === undefined) return
  throw fault('store.occupied', { expected: 'an empty folder or a data directory', found: brief(foreign), where: root })
}

async function checkMarker(path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const expected = `{"format":"hindsight-data","version":${layoutVersion}}`
  const marker = parseMarker(text)
  if (marker?.format !== 'hindsight-data' || marker.version !== layoutVersion) {
    throw fault('store.version', { expected, found: brief(text.trim()), where: path })
  }
}

function parseMarker(text: string): { readonly format?: unknown; readonly version?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly format?: unknown; readonly version?: unknown } | null
  } catch {
    return null // told with what was found
  }
}

/** The installation's secret, 64 hex digits; made once, by whoever comes first. */
export async function readSecret(path: string): Promise<string> {
  if (!(await exists(path))) await writeWhole(path, `${randomBytes(32).toString('hex')}\n`, { exclusive: true })
  const secret = (await readFile(path, 'utf8')).trim()
  if (/^[0-9a-f]{64}$/.test(secret)) return secret
  const found = `${secret.length} characters that are not`
  throw fault('store.corrupt', {
    expected: '64 hex digits',
    found,
    where: path,
    fix: 'restore the file from a backup; without it pseudonyms cannot be told again',
  })
}
