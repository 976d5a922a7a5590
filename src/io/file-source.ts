import { open } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { readBytes, readRange } from './read-range.ts'

/** One file as a source: a lone `.json` or `.jsonl`. */
export async function fileSource(path: string, name: string): Promise<Source> {
  const file = await open(path)
  const { size } = await file.stat()
  const mustBe = (wanted: string) => {
    if (wanted !== name) throw fault('file.missing', { expected: `"${name}"`, found: `"${wanted}"`, where: name })
  }
  return {
    name,
    files: () => Promise.resolve([{ name, bytes: size }]),
    read: (wanted) => {
      mustBe(wanted)
      return readRange(file, 0, size)
    },
    range: async (wanted, start, end) => {
      mustBe(wanted)
      return readBytes(file, start, end)
    },
    close: () => file.close(),
  }
}
