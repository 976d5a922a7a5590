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
export const readLines = (source: Source, name: string, maxChars: number): AsyncIterable<Line> =>
  linesOf(source.read(name), { where: name, maxChars, strict: false })

export interface LineOptions {
  /** What the bytes are, for messages. */
  readonly where: string
  readonly maxChars: number
  /** Refuse bytes that are not UTF-8; otherwise they become replacement characters. */
  readonly strict: boolean
}

/**
 * The lines of a stream of bytes, empty ones left out.
 *
 * @throws request.large when a line is over `maxChars`, file.encoding with `strict`
 */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  { where, maxChars, strict }: LineOptions,
): AsyncIterable<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: strict })
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch (cause) {
      throw fault('file.encoding', {
        expected: 'UTF-8',
        found: 'bytes that are not',
        where: `${where}:${number + 1}`,
        cause,
      })
    }
  }
  let number = 0
  // Pieces of a line that is not closed yet, so that a long one is put together once.
  let pieces: string[] = []
  let chars = 0
  const check = (more: number) => {
    if (chars + more > maxChars) throw tooLarge(`lines of at most ${maxChars} characters`, `${where}:${number + 1}`)
  }
  for await (const chunk of bytes) {
    const parts = decode(chunk).split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      check(part.length)
      number++
      const whole = pieces.length === 0 ? part : pieces.join('') + part
      pieces = []
      chars = 0
      const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole
      if (text.trim() !== '') yield { number, text, closed: true }
    }
    check(rest.length)
    if (rest !== '') pieces.push(rest)
    chars += rest.length
  }
  const text = pieces.join('') + decode()
  if (text.trim() !== '') yield { number: number + 1, text, closed: false }
}

function tooLarge(expected: string, where: string) {
  return fault('request.large', { expected, found: 'more', where })
}
