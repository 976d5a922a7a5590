/** Folders in memory, and what readers and writers are given, for the tests of this folder. */
import { createHash } from 'node:crypto'
import type { Context, Warning } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { MediaReader, Sink, Source } from '#core/io.ts'
import type { Imported, Intake, LayoutExtras } from '#core/layout.ts'
import { seededRng } from '#core/rng.ts'
import { readQontinui } from './qontinui-read.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? Buffer.from(content) : content)

/** The head of a PNG of this size: enough for whoever only measures it. `salt` makes pictures differ. */
export function png(width: number, height: number, salt = 0): Uint8Array {
  const bytes = Buffer.alloc(40)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  bytes.write('IHDR', 12)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(salt, 32)
  return bytes
}

export const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

export function memorySource(files: Files): Source {
  return {
    name: 'dataset',
    files: async () =>
      Object.entries(files)
        .map(([name, content]) => ({ name, bytes: bytesOf(content).length }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async *read(name) {
      const content = files[name]
      if (content === undefined) throw fault('file.missing', { expected: name, found: 'nothing' })
      yield bytesOf(content)
    },
    close: async () => {},
  }
}

export function memoryIntake(files: Files, project = 'default'): Intake {
  return {
    project,
    pseudonym: (name) => `p-${sha256(name).slice(0, 8)}`,
    async media(file, role) {
      const bytes = Buffer.from(typeof file === 'string' ? bytesOf(files[file] ?? '') : file)
      const common = { role, sha256: sha256(bytes), bytes: bytes.length }
      if (bytes[0] === 0xff) return { ...common, mediaType: 'image/jpeg', width: 200, height: 100 }
      if (bytes[0] !== 0x89)
        throw fault('image.type', { expected: 'an image', found: 'other bytes', where: String(file) })
      return { ...common, mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    },
  }
}

export function testContext(warnings: Warning[] = []): Context {
  const signal = new AbortController().signal
  return {
    signal,
    rng: seededRng(1),
    sha256,
    now: () => 0,
    progress: () => {},
    warn: (warning) => warnings.push(warning),
  }
}

export async function readAll(files: Files): Promise<{ found: readonly Imported[]; warnings: readonly Warning[] }> {
  const warnings: Warning[] = []
  const found: Imported[] = []
  for await (const item of readQontinui(memorySource(files), memoryIntake(files), testContext(warnings)))
    found.push(item)
  return { found, warnings }
}

export interface MemorySink extends Sink {
  readonly files: Record<string, Buffer>
}

export function memorySink(): MemorySink {
  const files: Record<string, Buffer> = {}
  return {
    files,
    async write(name, content) {
      if (Object.hasOwn(files, name)) throw new Error(`${name} is written twice`)
      const chunks: Uint8Array[] = []
      if (typeof content === 'string') chunks.push(Buffer.from(content))
      else if (content instanceof Uint8Array) chunks.push(content)
      else for await (const chunk of content) chunks.push(chunk)
      files[name] = Buffer.concat(chunks)
    },
    close: async () => {},
    abort: async () => {},
  }
}

/** Pictures by the hash of their bytes. */
export function memoryMedia(pictures: readonly Uint8Array[]): MediaReader {
  const byHash = new Map(pictures.map((bytes) => [sha256(bytes), bytes]))
  return {
    async *open(hash) {
      const bytes = byHash.get(hash)
      if (!bytes) throw fault('blob.unknown', { expected: hash, found: 'nothing' })
      yield bytes
    },
  }
}

export const noExtras: LayoutExtras = { documents: {}, mayShare: () => false, pseudonym: (name) => name }
