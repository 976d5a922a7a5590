/** Writes into the audit log what requests changed, or were refused to change. Never a secret, never a body. */
import type { FastifyRequest } from 'fastify'
import type { Principal } from '#core/principal.ts'
import type { AuditLog } from '#engine/people/audit-log.ts'
import type { Route } from './route.ts'

/** What the way to an answer finds out for the log. */
export interface Trail {
  project: string | null
  target: string | null
  /** Who it turned out to be, where that is what the request is about. */
  principal: Pick<Principal, 'name' | 'via'> | null
  /** The code of a refusal. */
  code: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    trail: Trail
  }
}

export const emptyTrail = (): Trail => ({ project: null, target: null, principal: null, code: null })

/** The id or name that a request or its answer gives; of several, the one in the path. */
export function targetOf(route: Route, ...places: readonly unknown[]): string | null {
  // An edit hangs on its session, and goes with it when that is erased.
  const names = route.scope === 'body.session' ? ['session'] : ['id', 'name', 'sha256', 'task', 'project']
  for (const place of places) {
    if (typeof place !== 'object' || place === null) continue
    for (const name of names) {
      const value = (place as Record<string, unknown>)[name]
      if (typeof value === 'string') return value.slice(0, 200)
    }
  }
  return null
}

/** Refusals that come by the thousand when somebody knocks without end: they would fill the disk, and say nothing. */
const noise: ReadonlySet<string> = new Set(['people.slow', 'quota.rate'])

/** Resolves when the line is on disk; lines of what only adds records are gathered. */
export async function auditRequest(log: AuditLog, request: FastifyRequest): Promise<void> {
  const { route, routeKey } = request.routeOptions.config
  const { trail, caller, method } = request
  if (!route || routeKey === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
  const { code, target } = trail
  const who = trail.principal ?? caller.principal
  // Nobody in particular changed nothing; only who tried to sign in is of interest.
  const isSignIn = routeKey === 'POST /api/v1/sign-in'
  if ((!who && !isSignIn) || (code !== null && noise.has(code))) return
  const entry = {
    principal: who?.name ?? 'nobody',
    via: who?.via ?? ('nobody' as const),
    action: routeKey,
    project: trail.project ?? caller.principal?.project ?? null,
    target,
    outcome: code ?? 'done',
  }
  await (route.ingest ? log.noteSoon(entry) : log.note(entry))
}
