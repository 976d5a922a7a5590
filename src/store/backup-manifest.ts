/** The list of what a backup consists of; written last, checked first. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '#core/faults.ts'

export const manifestFile = 'manifest.json'
export const blobListFile = 'blobs.txt'
export const backupVersion = 1

export interface BackupFile {
  /** Relative to the backup's folder, `/`-separated. */
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface Manifest {
  readonly format: 'hindsight-backup'
  readonly version: number
  readonly name: string
  readonly at: string
  readonly sessions: number
  readonly blobs: number
  /** Of the files and the blobs together. */
  readonly bytes: number
  readonly files: readonly BackupFile[]
}

export async function describeFile(folder: string, name: string): Promise<BackupFile> {
  const path = join(folder, name)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk)
  return { name, bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}

/** @throws backup.invalid unless every file is there and unchanged */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = await parseManifest(folder)
  for (const file of manifest.files) {
    if (!/^[\w.-]+(\/[\w.-]+)?$/.test(file.name) || file.name.includes('..'))
      throw invalid('names of files', file.name, folder)
    const found = await describeFile(folder, file.name).catch(() => null)
    if (found?.sha256 !== file.sha256) {
      throw invalid(`${file.name} with sha256 ${file.sha256}`, found?.sha256 ?? 'no such file', folder)
    }
  }
  for (const needed of ['catalog.db', blobListFile, 'secret']) {
    if (!manifest.files.some(({ name }) => name === needed)) throw invalid(`${needed} in the manifest`, 'none', folder)
  }
  return manifest
}

async function parseManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile)
  let manifest: Partial<Manifest> | null
  try {
    manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null
  } catch (error) {
    throw invalid('a finished backup with a manifest.json', error instanceof Error ? error.message : 'none', folder)
  }
  if (manifest?.format !== 'hindsight-backup' || manifest.version !== backupVersion || !Array.isArray(manifest.files)) {
    throw invalid(
      `{"format":"hindsight-backup","version":${backupVersion}}`,
      `${manifest?.format} ${manifest?.version}`,
      path,
    )
  }
  return manifest as Manifest
}

export const invalid = (expected: string, found: string, where: string) =>
  fault('backup.invalid', { expected, found, where })
