/**
 * One error type for everything that can go wrong in a way we foresaw.
 *
 * A fault says what was expected, what was found and how to mend it, in that order, under a stable code of the
 * catalogue in `fault-codes.ts`. Anything else that is thrown is our own bug and keeps its stack.
 */
import { faultCodes, type FaultCode, type FaultKind } from './fault-codes.ts'

export interface FaultDetail {
  readonly expected: string
  readonly found: string
  /** How to mend it, when it differs from the catalogue's general advice. */
  readonly fix?: string
  /** Where it was met: a file and line, a field, a route. */
  readonly where?: string
  /** When trying again may help: HTTP answers say it as Retry-After. */
  readonly retryAfterS?: number
  readonly cause?: unknown
}

/** What a fault looks like on the wire and in `--json` output. */
export interface FaultBody {
  readonly code: FaultCode
  readonly message: string
  readonly expected: string
  readonly found: string
  readonly fix: string
  readonly where: string | null
}

export class Fault extends Error {
  readonly code: FaultCode
  readonly expected: string
  readonly found: string
  readonly fix: string
  readonly where: string | null
  readonly retryAfterS: number | null

  constructor(code: FaultCode, detail: FaultDetail) {
    const fix = detail.fix ?? faultCodes[code].fix
    const place = detail.where === undefined ? '' : ` in ${detail.where}`
    super(`${code}: expected ${detail.expected}, found ${detail.found}${place}; ${fix}`, { cause: detail.cause })
    this.name = 'Fault'
    this.code = code
    this.expected = detail.expected
    this.found = detail.found
    this.fix = fix
    this.where = detail.where ?? null
    this.retryAfterS = detail.retryAfterS ?? null
  }

  /** Whose doing it is: the user's input, damage on disk, or the surroundings (disk full, port taken). */
  get kind(): FaultKind {
    return faultCodes[this.code].kind
  }

  /** The HTTP status this fault answers with. */
  get status(): number {
    return faultCodes[this.code].status
  }

  toJSON(): FaultBody {
    const { code, message, expected, found, fix, where } = this
    return { code, message, expected, found, fix, where }
  }
}

/** Makes a fault; written `throw fault('blob.corrupt', { expected, found })`. */
export function fault(code: FaultCode, detail: FaultDetail): Fault {
  return new Fault(code, detail)
}

/** Shortens what was found, so that a 100 MB field does not become a 100 MB message. */
export function brief(value: unknown, maxChars = 120): string {
  const text =
    typeof value === 'string'
      ? value
      : (JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v)) ?? String(value))
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}… (${text.length} characters)`
}
