/** Faults as HTTP answers: the same body everywhere, the status from the catalogue, and bugs kept apart from both. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Fault, type FaultDetail, fault } from '#core/faults.ts'
import { issueWords } from '#core/schema-issue.ts'
import type { FaultCode } from '#core/fault-codes.ts'

/** Seconds, for faults that pass by themselves; a fault may know better. */
const retryAfter: Readonly<Record<number, number>> = { 423: 1, 429: 5, 503: 2, 507: 60 }

export function answerFault(error: FastifyError | Fault, request: FastifyRequest, reply: FastifyReply): void {
  const known = toFault(error, request)
  if (known) {
    noteCode(request, known.code)
    // The old door's clients read {error}; everybody else reads the whole fault.
    const legacy = request.url.startsWith('/api/store-image') ? { error: known.message } : {}
    const retryAfterS = known.retryAfterS ?? retryAfter[known.status]
    if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS))
    void reply.status(known.status).send({ ...known.toJSON(), request: request.id, ...legacy })
    return
  }
  request.server.watch.log.bug(`${request.method} ${request.routeOptions.url ?? 'none'}`, error, { id: request.id })
  noteCode(request, 'bug')
  void reply.status(500).send({
    code: 'bug',
    message: 'bug: something went wrong inside; the server log has the details',
    expected: 'the request to work',
    found: 'an error that was not foreseen',
    fix: 'report it with the server log',
    where: null,
    request: request.id,
  })
}

/** For the audit log; what is refused before the first hook has no trail yet. */
function noteCode(request: FastifyRequest, code: string): void {
  const trail = request.trail as FastifyRequest['trail'] | undefined
  if (trail) trail.code = code
}

function toFault(error: FastifyError | Fault, request: FastifyRequest): Fault | null {
  if (error instanceof Fault) return error
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error, request)
  const make = (code: FaultCode, detail: FaultDetail) => fault(code, { ...detail, cause: error })
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
    case 'FST_FILES_LIMIT':
    case 'FST_FIELDS_LIMIT':
    case 'FST_PARTS_LIMIT':
      return make('request.large', { expected: 'a body within the limits', found: error.message })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_INVALID_MULTIPART_CONTENT_TYPE':
      return make('request.type', {
        expected: 'a content type of this route',
        found: request.headers['content-type'] ?? 'none',
      })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return make('request.invalid', { expected: 'a body', found: error.message })
    default:
      // What Fastify itself refuses (a bad URL, a broken header) is the client's doing.
      return error.statusCode !== undefined && error.statusCode < 500
        ? make('request.invalid', { expected: 'a well-formed request', found: error.message })
        : null
  }
}

function invalidRequest(error: FastifyError, request: FastifyRequest): Fault {
  const issue = error.validation?.[0]
  const path = (issue?.instancePath ?? '').split('/').slice(1)
  const place = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request')
  const value = place === 'body' || place === 'query' || place === 'params' ? request[place] : undefined
  const { expected, found } = issueWords(issue && { message: issue.message ?? '', path }, value)
  return fault('request.invalid', { expected, found, where: [place, ...path].join('.'), cause: error })
}

export function noRoute(request: FastifyRequest, reply: FastifyReply): void {
  const missing = fault('request.route', {
    expected: 'a route of the API',
    found: `${request.method} ${request.url.slice(0, 200)}`,
  })
  void reply.status(missing.status).send({ ...missing.toJSON(), request: request.id })
}
