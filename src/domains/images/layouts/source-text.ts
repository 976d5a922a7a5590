/** Reading text files of a source: whole small ones, and long ones line by line. */
import { fault } from '#core/faults.ts'
import type { Source, SourceFile } from '#core/io.ts'

/** @throws file.encoding when it is not UTF-8, layout.invalid when it is larger than `maxBytes` */
export async function readText(source: Source, file: SourceFile, maxBytes: number): Promise<string> {
  if (file.bytes > maxBytes) {
    throw fault('layout.invalid', {
      expected: `at most ${maxBytes} bytes`,
      found: `${file.bytes}`,
      where: `${source.name}, ${file.name}`,
    })
  }
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for await (const chunk of source.read(file.name)) text += decoder.decode(chunk, { stream: true })
    return text + decoder.decode()
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw fault('file.encoding', {
      expected: 'UTF-8',
      found: 'other bytes',
      where: `${source.name}, ${file.name}`,
      cause,
    })
  }
}

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** Whether a line break follows; without it, the writer may have been cut off. */
  readonly ended: boolean
}

/**
 * The lines of a file that are not blank. Bytes that are not UTF-8 become U+FFFD, so that one bad line does not hide
 * the others; of a line longer than `maxChars` only the beginning comes.
 */
export async function* readLines(source: Source, file: SourceFile, maxChars: number): AsyncIterable<Line> {
  const decoder = new TextDecoder('utf-8')
  let number = 1
  let rest = ''
  const take = function* (text: string): Iterable<Line> {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = (rest + text.slice(start, Math.min(end, start + maxChars))).slice(0, maxChars).trim()
      rest = ''
      start = end + 1
      if (line !== '') yield { number, text: line, ended: true }
      number++
    }
    rest = (rest + text.slice(start, start + maxChars)).slice(0, maxChars)
  }
  for await (const chunk of source.read(file.name)) yield* take(decoder.decode(chunk, { stream: true }))
  yield* take(decoder.decode())
  if (rest.trim() !== '') yield { number, text: rest.trim(), ended: false }
}
