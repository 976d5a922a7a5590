/** Files of the source as JSON, however they were saved: encodings, comments, trailing commas and NaN are tolerated aloud. */
import type { Context } from '#core/context.ts'
import { brief, fault, Fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { type Json, parseJson } from '#core/json.ts'

/** @throws request.large when the file is over `maxBytes` */
export async function readBytes(source: Source, name: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source.read(name)) {
    length += chunk.length
    if (length > maxBytes) {
      throw fault('request.large', { expected: `at most ${maxBytes} bytes`, found: 'more', where: name })
    }
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** UTF-8, else UTF-16 when it looks like that, else Windows-1252; anything but plain UTF-8 is warned about. */
export function decodeText(bytes: Uint8Array, where: string, ctx: Pick<Context, 'warn'>): string {
  const encoding = encodingOf(bytes)
  if (encoding !== 'utf-8') ctx.warn({ code: 'file.encoding', message: `read as ${encoding}, not UTF-8`, where })
  const text = new TextDecoder(encoding).decode(bytes)
  const repaired = repairMojibake(text)
  if (repaired !== text) {
    ctx.warn({ code: 'file.encoding', message: 'text that was encoded twice was repaired', where })
  }
  return repaired
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  // JSON begins with an ASCII character, so its other half of 16 bits is zero.
  if (bytes.length >= 2 && a !== 0 && b === 0) return 'utf-16le'
  if (bytes.length >= 2 && a === 0 && b !== 0) return 'utf-16be'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}

/** UTF-8 that was read as Windows-1252 and saved again: "â€”" for a dash. */
const suspects =
  /[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]+/g

let byteOfCharacter: ReadonlyMap<string, number> | undefined

function repairMojibake(text: string): string {
  return text.replace(suspects, (run) => {
    byteOfCharacter ??= windows1252()
    const bytes = new Uint8Array(run.length)
    for (let i = 0; i < run.length; i++) {
      const byte = byteOfCharacter.get(run.charAt(i))
      if (byte === undefined) return run
      bytes[i] = byte
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      return run
    }
  })
}

function windows1252(): ReadonlyMap<string, number> {
  const decoder = new TextDecoder('windows-1252')
  return new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]))
}

/**
 * Parses JSON as people and Python write it.
 *
 * @throws layout.invalid naming file and line
 */
export function parseLoose(text: string, where: string, ctx: Pick<Context, 'warn'>): Json {
  try {
    return parseJson(text, where)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'json.malformed') throw error
  }
  const { clean, tolerated } = tidy(text)
  const value = parseOrName(clean, where)
  for (const { what, at } of tolerated) {
    ctx.warn({ code: 'json.malformed', message: `${what} tolerated`, where: `${where}:${lineOf(text, at)}` })
  }
  return value
}

function parseOrName(text: string, where: string): Json {
  try {
    return parseJson(text, where)
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.code !== 'json.malformed') throw cause
    const line = lineOf(text, whereBroken(text))
    throw fault('layout.invalid', {
      expected: 'a JSON file',
      found: brief(cause.found),
      where: `${where}:${line}`,
      cause,
    })
  }
}

/** The parser does not always say where: it is the end of the shortest beginning that nothing could complete. */
function whereBroken(text: string): number {
  let [good, bad] = [0, text.length]
  while (good < bad) {
    const middle = Math.floor((good + bad + 1) / 2)
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle - 1
  }
  return good
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /position (\d+)/.exec(message)?.[1]
    return /end of JSON|Unterminated/.test(message) || Number(position) === beginning.length
  }
}

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length

interface Tolerated {
  readonly what: string
  readonly at: number
}

/** One token at a time: strings pass untouched; the rest keeps its length, so that positions stay true. */
const tokens =
  /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[}\]])|-?\b(?:NaN|Infinity)\b/g

function tidy(text: string): { readonly clean: string; readonly tolerated: readonly Tolerated[] } {
  const tolerated: Tolerated[] = []
  const clean = text.replace(tokens, (token, at: number) => {
    if (token.startsWith('"')) return token
    if (token === ',') {
      tolerated.push({ what: 'a comma before a closing bracket', at })
      return ' '
    }
    if (token.startsWith('/')) {
      tolerated.push({ what: 'a comment', at })
      return token.replace(/[^\n]/g, ' ')
    }
    tolerated.push({ what: `${token}, read as null,`, at })
    return token.startsWith('-') ? 'null'.padEnd(token.length) : token === 'NaN' ? 'null' : 'null'.padEnd(token.length)
  })
  return { clean, tolerated }
}
