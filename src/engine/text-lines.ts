/** Lines of a byte stream, with their numbers; memory is bounded by the longest line allowed. */
import { fault } from '#core/faults.ts'

export interface TextLine {
  /** From 1. */
  readonly line: number
  readonly text: string
}

/**
 * Empty lines are counted and left out. The last line may lack its end.
 *
 * @throws request.large for a line over `maxBytes`, file.encoding for bytes that are not UTF-8
 */
export async function* textLines(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: Uint8Array[] = []
  let restBytes = 0
  let line = 0
  const decode = (last: Uint8Array): string => {
    const whole = restBytes === 0 ? last : Buffer.concat([...rest, last])
    rest = []
    restBytes = 0
    try {
      return decoder.decode(whole).trim()
    } catch (cause) {
      throw fault('file.encoding', { expected: 'UTF-8', found: 'bytes that are not', where: `line ${line}`, cause })
    }
  }
  for await (const chunk of bytes) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      line++
      const text = decode(chunk.subarray(start, end))
      start = end + 1
      if (text !== '') yield { line, text }
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start))
      restBytes += chunk.length - start
      if (restBytes > maxBytes) {
        throw fault('request.large', {
          expected: `lines of at most ${maxBytes} bytes`,
          found: 'a longer one',
          where: `line ${line + 1}`,
        })
      }
    }
  }
  line++
  const text = decode(new Uint8Array(0))
  if (text !== '') yield { line, text }
}
