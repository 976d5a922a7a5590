/** Who asks. Loopback is the owner of the machine; elsewhere a token names its principal. */

export const roles = ['viewer', 'reviewer', 'recorder', 'owner'] as const
export type Role = (typeof roles)[number]

export interface Principal {
  /** A pseudonym: "owner", or the name given to a token. */
  readonly name: string
  readonly role: Role
}

/** Whether `role` may do what asks for `needed`: the owner may everything, a reviewer also views; recorders only write. */
export function mayAct(role: Role, needed: Role): boolean {
  if (role === 'owner' || role === needed) return true
  return role === 'reviewer' && needed === 'viewer'
}

export const localOwner: Principal = { name: 'owner', role: 'owner' }
