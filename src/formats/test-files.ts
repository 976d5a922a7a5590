/** Files, media and contexts in memory, for tests of formats. */
import type { Context, Warning } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Sink, Source } from '#core/io.ts'
import type { Intake } from '#core/layout.ts'
import { seededRng } from '#core/rng.ts'
import { type Blobs, sha256 } from './test-samples.ts'

export type Files = Map<string, Uint8Array>

export function memorySink(): Sink & { readonly files: Files } {
  const files: Files = new Map()
  let busy = false
  return {
    files,
    async write(name, content) {
      if (files.has(name)) throw new Error(`written twice: ${name}`)
      if (busy) throw new Error(`${name} is written inside another file: a sink takes one at a time`)
      busy = true
      const chunks: Uint8Array[] = []
      if (typeof content === 'string') chunks.push(new TextEncoder().encode(content))
      else if (content instanceof Uint8Array) chunks.push(content)
      else for await (const chunk of content) chunks.push(chunk)
      files.set(name, new Uint8Array(Buffer.concat(chunks)))
      busy = false
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(files.clear()),
  }
}

export function memorySource(files: ReadonlyMap<string, Uint8Array>, chunkBytes = 1000): Source {
  const at = (name: string) => {
    const bytes = files.get(name)
    if (bytes) return bytes
    throw fault('file.missing', { expected: `a file "${name}"`, found: 'none', where: 'memory' })
  }
  return {
    name: 'memory',
    files: () =>
      Promise.resolve([...files].map(([name, { byteLength }]) => ({ name, bytes: byteLength })).sort(byName)),
    async *read(name) {
      const bytes = at(name)
      for (let i = 0; i < bytes.byteLength; i += chunkBytes)
        yield await Promise.resolve(bytes.subarray(i, i + chunkBytes))
    },
    range: (name, start, end) => Promise.resolve(at(name).subarray(start, end)),
    close: () => Promise.resolve(),
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

/** Knows pictures by their content, as the real one does. */
export function memoryIntake(source: Source, blobs: Blobs): Intake {
  return {
    project: 'imported',
    pseudonym: (name) => sha256(name),
    async media(file, role) {
      const chunks = typeof file === 'string' ? await Array.fromAsync(source.read(file)) : [file]
      const hash = sha256(Buffer.concat(chunks))
      const known = blobs.refs.get(hash)
      if (!known) throw fault('image.type', { expected: 'a known picture', found: hash, where: String(file) })
      return { ...known, role }
    },
  }
}

export function testContext(warnings: Warning[] = []): Context {
  return {
    signal: new AbortController().signal,
    rng: seededRng(1),
    sha256,
    now: () => Date.UTC(2026, 0, 2),
    progress: () => {},
    warn: (warning) => warnings.push(warning),
  }
}
