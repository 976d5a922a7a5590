/** What can be exported to, and where the files go. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import type { OptionTable } from '#core/options.ts'
import type { SampleType } from '#core/sample.ts'
import type { DomainName } from '#core/session.ts'
import { formats } from '#formats/formats.ts'
import { folderSink } from '#io/folder-sink.ts'
import { guardedSink } from '#io/guarded-sink.ts'
import { tarSink } from '#io/tar-sink.ts'
import { zipSink } from '#io/zip-sink.ts'
import type { Engine } from './engine.ts'
import { allLayouts } from './import-readers.ts'

export interface ExportTarget {
  readonly name: string
  /** A format takes samples, a layout takes sessions. */
  readonly kind: 'format' | 'layout'
  readonly about: string
  /** Only sessions of this domain; null: of any. */
  readonly domain: DomainName | null
  readonly sampleTypes: readonly SampleType[]
  readonly options: OptionTable
  /** Whether it is read as well. */
  readonly imports: boolean
}

export const exportTargets: readonly ExportTarget[] = [
  ...formats.map(({ name, about, sampleTypes, options, read }) => {
    const imports = read !== undefined && sampleTypes.includes('image')
    return { name, kind: 'format' as const, about, domain: null, sampleTypes, options, imports }
  }),
  ...allLayouts.map(({ name, about, domain, options }) => {
    return { name, kind: 'layout' as const, about, domain, sampleTypes: [], options, imports: true }
  }),
]

/**
 * A new folder, or a file when the name ends in .zip or .tar; its disk keeps the reserve that the store's keeps.
 *
 * @throws store.occupied when there is something already
 */
export async function openSink({ store }: Engine, path: string): Promise<Sink> {
  const folder = dirname(resolve(path))
  return guardedSink(await unguarded(path), (bytes) => store.admit(bytes, folder))
}

async function unguarded(path: string): Promise<Sink> {
  const isArchive = /\.(zip|tar)$/i.test(path)
  if (isArchive && existsSync(path)) {
    throw fault('store.occupied', { expected: 'the name of a new file', found: 'one that is there', where: path })
  }
  if (!isArchive) return folderSink(path)
  return /\.zip$/i.test(path) ? zipSink(path) : tarSink(path)
}
