/** What the engine refuses with: a stable code, what was expected and found, and how to mend it. */
import { fault } from '#core/faults.ts'
import { isJsonObject, parseJson } from '#core/json.ts'

export interface Problem {
  /** From the catalogue of the engine, which may be newer than this client. */
  readonly code: string
  readonly message: string
  readonly expected: string
  readonly found: string
  readonly fix: string
  readonly where: string | null
}

export class HindsightError extends Error implements Problem {
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly fix: string
  readonly where: string | null
  /** The HTTP status; null when no answer came. */
  readonly status: number | null
  /** How long the engine, or what stands before it, asks to be left alone; null when it does not. */
  readonly retryAfterMs: number | null

  constructor(
    problem: Problem,
    status: number | null,
    { cause, retryAfterMs = null }: { readonly cause?: unknown; readonly retryAfterMs?: number | null } = {},
  ) {
    super(problem.message, { cause })
    this.name = 'HindsightError'
    this.code = problem.code
    this.expected = problem.expected
    this.found = problem.found
    this.fix = problem.fix
    this.where = problem.where
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

/** A refusal as what is thrown. */
export async function refusalOf(response: Response): Promise<HindsightError> {
  const retryAfterMs = retryAfter(response.headers.get('retry-after'))
  return new HindsightError(await problemOf(response), response.status, { retryAfterMs })
}

/** RFC 9110, section 10.2.3: whole seconds, or a date. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Reads the problem out of a refusal; a proxy in between may answer in its own words. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    const body = parseJson(text)
    if (isJsonObject(body) && typeof body['code'] === 'string') {
      const say = (key: string) => (typeof body[key] === 'string' ? body[key] : '')
      const { code } = body
      const where = typeof body['where'] === 'string' ? body['where'] : null
      const message = say('message') || code
      return { code, message, expected: say('expected'), found: say('found'), fix: say('fix'), where }
    }
  } catch {
    // not JSON: told below in the words that came
  }
  const found = `status ${response.status} ${response.statusText}: ${text.slice(0, 200)}`
  return fault('server.foreign', { expected: 'an answer from Hindsight', found }).toJSON()
}
