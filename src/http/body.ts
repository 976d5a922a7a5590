/** Reading JSON bodies: without loss, and with what no handler should ever see refused here. */
import type { FastifyRequest } from 'fastify'
import { canonicalJson, type Json, parseJson } from '#core/json.ts'

/** `__proto__`, also when its underscores are written as escapes. */
const suspicious = /__proto__|\\u005f/i

export function parseBody(
  _request: FastifyRequest,
  text: string | Buffer,
  done: (error: Error | null, body?: Json) => void,
): void {
  try {
    const body = parseJson(text.toString(), 'the request body')
    // The canonical writer knows what is refused; run only when there is a reason, since it costs as much as parsing.
    if (suspicious.test(text.toString())) canonicalJson(body, 'the request body')
    done(null, body)
  } catch (error) {
    done(error as Error)
  }
}
