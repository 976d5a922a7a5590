import { open } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { readRange } from './read-range.ts'

/** One file as a source: a lone `.json` or `.jsonl`. */
export async function fileSource(path: string, name: string): Promise<Source> {
  const file = await open(path)
  const { size } = await file.stat()
  return {
    name,
    files: () => Promise.resolve([{ name, bytes: size }]),
    read: (wanted) => {
      if (wanted !== name) throw fault('file.missing', { expected: `"${name}"`, found: `"${wanted}"`, where: name })
      return readRange(file, 0, size)
    },
    close: () => file.close(),
  }
}
