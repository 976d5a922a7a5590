import type { AccountChange, AuditQuery } from '#core/people-store.ts'
import { addAccount, changeAccount, changeOwnPassword, resetPassword } from '#engine/people/accounts.ts'
import { listKeys, makeKey, revokeKey } from '#engine/people/keys.ts'
import { signIn } from '#engine/people/sign-in.ts'
import { fault } from '#core/faults.ts'
import type { Call, Handlers } from '../handler.ts'

type Keys =
  | 'POST /api/v1/sign-in'
  | 'POST /api/v1/sign-out'
  | 'GET /api/v1/me'
  | 'POST /api/v1/me/password'
  | 'GET /api/v1/people'
  | 'POST /api/v1/people'
  | 'PATCH /api/v1/people/{name}'
  | 'POST /api/v1/people/{name}/password'
  | 'GET /api/v1/keys'
  | 'POST /api/v1/keys'
  | 'DELETE /api/v1/keys/{id}'
  | 'GET /api/v1/audit'

export const peopleHandlers: Handlers<Keys> = {
  'POST /api/v1/sign-in': async ({ body }, { engine, visit }) => {
    // The name as it was typed is not kept: somebody may have typed a password there.
    const known = await engine.store.people.account(body.name, Date.now())
    visit.trail.target = known?.name ?? null
    const made = await signIn(engine, visit.slowDown, { ...body, address: visit.address })
    visit.trail.principal = { name: made.account, via: 'cookie' }
    // What the browser held before opens nothing from now on.
    if (visit.signIn) await engine.store.people.endSignIns({ hash: visit.signIn.hash })
    visit.setSignIn(made.id, made.expiresAtMs)
    const account = await engine.store.people.account(made.account, Date.now())
    const { role, project } = account ?? { role: 'viewer' as const, project: null }
    return {
      principal: { name: made.account, role, project, via: 'cookie' as const },
      accounts: true,
      isAccount: true,
      csrf: visit.csrfOf(made.id),
      expiresAt: new Date(made.expiresAtMs).toISOString(),
    }
  },

  'POST /api/v1/sign-out': async ({ body }, { engine, visit }) => {
    const { signIn: own } = visit
    visit.setSignIn(null, 0)
    if (!own) return { signIns: 0 }
    const which = body.everywhere ? { account: own.account } : { hash: own.hash }
    return { signIns: await engine.store.people.endSignIns(which) }
  },

  'GET /api/v1/me': async (_, { engine, principal, visit }) => ({
    principal: principal.via === 'nobody' ? null : principal,
    accounts: await engine.store.people.hasAccounts(),
    isAccount: visit.signIn !== null,
    csrf: visit.cookie === null ? null : visit.csrfOf(visit.cookie),
    expiresAt: visit.signIn && new Date(visit.signIn.expiresAtMs).toISOString(),
  }),

  'POST /api/v1/me/password': async ({ body }, { engine, principal, visit }) => {
    const { signIn: own } = visit
    if (!own)
      throw fault('request.role', {
        expected: 'an account that is signed in',
        found: `${principal.name}, which has no password`,
      })
    // Guessing the current one is guessing all the same.
    const counted = [`name ${own.account.toLowerCase()}`]
    visit.slowDown.admit(counted, Date.now())
    await changeOwnPassword(engine, own.account, { ...body, signIn: own.hash })
    visit.slowDown.clear(counted)
    return { signIns: (await engine.store.people.account(own.account, Date.now()))?.signIns ?? 0 }
  },

  'GET /api/v1/people': async (_, { engine }) => ({ items: await engine.store.people.accounts(Date.now()) }),
  'POST /api/v1/people': ({ body }, { engine }) => addAccount(engine, body),
  'PATCH /api/v1/people/{name}': ({ params, body }, { engine }) =>
    changeAccount(engine, params.name, withoutUndefined(body) as AccountChange),
  'POST /api/v1/people/{name}/password': ({ params, body }, { engine }) =>
    resetPassword(engine, params.name, body.password),

  'GET /api/v1/keys': async (_, { engine }) => ({ items: await listKeys(engine) }),
  'POST /api/v1/keys': ({ body }, { engine, principal }) => makeKey(engine, body, principal.name),
  'DELETE /api/v1/keys/{id}': ({ params }, { engine }) => revokeKey(engine, params.id),

  'GET /api/v1/audit': async ({ query }, call) => auditPage(query, call),
}

async function auditPage(query: AuditParameters, { engine }: Call) {
  const { limit, cursor, refused, ...asked } = query
  const only = refused === undefined ? {} : { refused: refused === 'true' }
  return engine.store.people.auditPage({ ...(withoutUndefined(asked) as AuditQuery), ...only }, limit, cursor ?? null)
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined }
type AuditParameters = Loose<Omit<AuditQuery, 'refused'>> & {
  readonly refused?: 'true' | 'false' | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

const withoutUndefined = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
