/** Who asks, and what that lets them do. */

export const roles = ['viewer', 'reviewer', 'recorder', 'owner'] as const
export type Role = (typeof roles)[number]

/**
 * How a principal showed who it is. `local`: by being on this machine, where nobody signs in. `cookie`: by signing in.
 * `token`: by the token of the server or one of its API tokens. `ingest-key`: by a key that only writes. `nobody`: not at all.
 */
export const ways = ['local', 'cookie', 'token', 'ingest-key', 'nobody'] as const
export type Way = (typeof ways)[number]

export interface Principal {
  /** A pseudonym: "owner", or the name of an account, a token or a key. */
  readonly name: string
  readonly role: Role
  /** The one project that it sees and writes; null = all of them. */
  readonly project: string | null
  readonly via: Way
}

/** Whether `role` may do what asks for `needed`: the owner may everything, a reviewer also views; recorders only write. */
export function mayAct(role: Role, needed: Role): boolean {
  if (role === 'owner' || role === needed) return true
  return role === 'reviewer' && needed === 'viewer'
}

/** Whoever sits at the machine, where nobody has to sign in, and the command line. */
export const localOwner: Principal = { name: 'owner', role: 'owner', project: null, via: 'local' }

/** Whoever has not said who it is. Given only to what anyone may call, and shown nothing that belongs to somebody. */
export const nobody: Principal = { name: 'nobody', role: 'viewer', project: null, via: 'nobody' }
