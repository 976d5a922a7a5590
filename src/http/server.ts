/** The HTTP door: the route table on Fastify, with limits, faults and headers that hold for every route. */
import type { AddressInfo } from 'node:net'
import fastifyMultipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import { createSerializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { Fault, fault } from '#core/faults.ts'
import { closeClipFrames } from '#engine/clip-frames.ts'
import { maxSessionBytes } from '#engine/prepare.ts'
import type { Engine } from '#engine/engine.ts'
import { parseBody } from './body.ts'
import { AuditLog } from '#engine/people/audit-log.ts'
import { auditRequest, emptyTrail } from './audit.ts'
import { answerBroken } from './broken-requests.ts'
import { closeGently, prepareDrain } from './drain.ts'
import { guardRequest } from './guard.ts'
import { isLocalOnly } from './principals.ts'
import type { ServerOptions } from './handler.ts'
import { limitIntake, usualIntake } from './intake-limit.ts'
import { inertHeaders } from './page-policy.ts'
import { answerFault, noRoute } from './problems.ts'
import { registerRoutes } from './register.ts'
import { registerStudio } from './studio.ts'
import { requestId, watchRequests } from './watch.ts'

declare global {
  interface JSON {
    /** ECMAScript 2026: a primitive that is written to the letter. */
    rawJSON(text: string): unknown
  }
}

export interface Server {
  readonly url: string
  readonly app: FastifyInstance
  close(): Promise<void>
}

/** Builds the server without listening. @throws settings.invalid for a network address without a token */
export async function buildServer(engine: Engine, options: ServerOptions): Promise<FastifyInstance> {
  if (!isLocalOnly(options) && options.token === null && !(await engine.store.people.hasAccounts())) {
    throw fault('settings.invalid', {
      expected: 'an account or a token when listening on the network or behind a proxy',
      found: `--host ${options.host} with neither`,
      fix: 'make an account with "hindsight people add", or set HINDSIGHT_TOKEN to a long random text',
    })
  }
  const log = new AuditLog(engine)
  const app = fastify({
    genReqId: requestId,
    bodyLimit: maxSessionBytes,
    forceCloseConnections: 'idle',
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerBroken,
    // An address that no route can have, before any hook ran.
    frameworkErrors: (error, request, reply) => answerFault(error, request, reply.headers(inertHeaders)),
  })
  app.setValidatorCompiler(validatorCompiler)
  // A big integer is written with all its digits.
  app.setSerializerCompiler(
    createSerializerCompiler({
      replacer: (_key, value: unknown) => (typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value),
    }),
  )
  watchRequests(app, engine.log)
  prepareDrain(app)
  app.setErrorHandler(answerFault)
  app.setNotFoundHandler(noRoute)
  app.addHook('onRequest', async (request) => {
    request.trail = emptyTrail()
  })
  app.addHook('onRequest', guardRequest(engine, options))
  limitIntake(app, usualIntake)
  app.addHook('onSend', (request) => auditRequest(log, request))
  app.addHook('onClose', () => log.close())
  app.addHook('onClose', () => closeClipFrames(engine))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseBody)
  await app.register(fastifyMultipart, {
    limits: { fileSize: 64 * 1024 * 1024, files: 2, fields: 20, fieldSize: 64 * 1024, parts: 22 },
  })
  registerRoutes(app, engine, options)
  if (options.studioDir) await registerStudio(app, options.studioDir)
  return app
}

/** @throws port.taken */
export async function startServer(engine: Engine, options: ServerOptions): Promise<Server> {
  const app = await buildServer(engine, options)
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (cause) {
    await app.close()
    if (isErrno(cause) && cause.code === 'EADDRINUSE') {
      throw fault('port.taken', { expected: `port ${options.port} to be free`, found: 'another program on it', cause })
    }
    throw cause
  }
  const { port } = app.server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}`, app, close: () => closeGently(app) }
}

const isErrno = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && !(error instanceof Fault)
