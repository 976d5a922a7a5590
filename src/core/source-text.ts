/** Text files of a source: whole, or line by line with their numbers. UTF-8; a byte order mark is skipped. */
import { fault } from './faults.ts'
import type { Source } from './io.ts'

export interface Line {
  /** Counted from 1. */
  readonly number: number
  /** Without its line end. */
  readonly text: string
  /** False for a last line that no line end closes: it may be torn. */
  readonly closed: boolean
}

/** @throws request.large when the file is over `maxBytes` */
export async function readText(source: Source, name: string, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of source.read(name)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(`at most ${maxBytes} bytes of text`, name)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * The lines of a file, empty ones left out; memory follows the line, not the file.
 *
 * @throws request.large when a line is over `maxChars`
 */
export async function* readLines(source: Source, name: string, maxChars: number): AsyncIterable<Line> {
  const decoder = new TextDecoder()
  let number = 0
  let rest = ''
  for await (const chunk of source.read(name)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      number++
      const text = part.endsWith('\r') ? part.slice(0, -1) : part
      if (text.length > maxChars) throw tooLarge(`lines of at most ${maxChars} characters`, `${name}:${number}`)
      if (text.trim() !== '') yield { number, text, closed: true }
    }
    if (rest.length > maxChars) throw tooLarge(`lines of at most ${maxChars} characters`, `${name}:${number + 1}`)
  }
  rest += decoder.decode()
  if (rest.trim() !== '') yield { number: number + 1, text: rest, closed: false }
}

function tooLarge(expected: string, where: string) {
  return fault('request.large', { expected, found: 'more', where })
}
