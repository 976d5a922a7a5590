/** Serves the built studio; an unknown path that a person opened is the page, which routes by itself. */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { pagePolicy } from './page-policy.ts'
import { noRoute } from './problems.ts'

export async function registerStudio(app: FastifyInstance, dir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: dir,
    wildcard: false,
    index: false,
    setHeaders: (reply, path) => {
      // What lies in assets/ carries its hash in its name; all else, like the page itself, must always be fresh.
      const isHashed = /[\\/]assets[\\/]/.test(path)
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.header('content-security-policy', pagePolicy)
    },
  })
  app.get('/*', { schema: { hide: true } as object }, (request, reply) => {
    const wantsPage = (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/api/')
    if (!wantsPage) {
      noRoute(request, reply)
      return reply
    }
    return reply.sendFile('index.html')
  })
}
