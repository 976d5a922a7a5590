/** Accounts: who may sign in, and as what. */
import { fault } from '#core/faults.ts'
import type { Account, AccountChange, AccountResult } from '#core/people-store.ts'
import type { Role } from '#core/principal.ts'
import { type Engine, utcNow } from '../engine.ts'
import { checkPassword, hashPassword, requireGoodPassword } from './passwords.ts'

export interface NewAccount {
  readonly name: string
  readonly role: Role
  /** null = all projects. */
  readonly project: string | null
  readonly password: string
}

/** @throws people.password, people.taken, people.first-owner */
export async function addAccount(engine: Engine, { password, ...asked }: NewAccount): Promise<Account> {
  requireGoodPassword(password, asked.name)
  const account = { ...asked, createdAt: utcNow() }
  requireDone(await engine.store.people.addAccount(account, await hashPassword(password)), asked.name)
  return accountByName(engine, asked.name)
}

/** @throws people.unknown, people.last-owner */
export async function changeAccount(engine: Engine, name: string, change: AccountChange): Promise<Account> {
  const { name: kept } = await accountByName(engine, name)
  requireDone(await engine.store.people.changeAccount(kept, change, Date.now()), kept)
  return accountByName(engine, kept)
}

/** Ends all sign-ins of the account. @throws people.password, people.unknown */
export async function resetPassword(engine: Engine, name: string, password: string): Promise<Account> {
  const { name: kept } = await accountByName(engine, name)
  requireGoodPassword(password, kept)
  requireDone(await engine.store.people.setPassword(kept, await hashPassword(password), null), kept)
  return accountByName(engine, kept)
}

/**
 * A person's own.
 *
 * @param signIn the hash of the sign-in that goes on
 * @throws people.password, people.sign-in for a wrong current one
 */
export async function changeOwnPassword(
  engine: Engine,
  name: string,
  { current, next, signIn }: { readonly current: string; readonly next: string; readonly signIn: string },
): Promise<void> {
  if (!(await checkPassword(current, await engine.store.people.passwordOf(name))))
    throw fault('people.sign-in', { expected: 'the current password', found: 'another' })
  requireGoodPassword(next, name)
  requireDone(await engine.store.people.setPassword(name, await hashPassword(next), signIn), name)
}

/** In whatever case it is written. @throws people.unknown */
export async function accountByName(engine: Engine, name: string): Promise<Account> {
  const account = await engine.store.people.account(name, Date.now())
  if (account) return account
  throw fault('people.unknown', { expected: 'the name of an account', found: name })
}

/** @throws people.unknown, people.taken, people.first-owner, people.last-owner */
function requireDone(result: AccountResult, name: string): void {
  switch (result) {
    case 'done':
      return
    case 'unknown':
      throw fault('people.unknown', { expected: 'the name of an account', found: name })
    case 'taken':
      throw fault('people.taken', { expected: 'a name that no account, token or key has', found: name })
    case 'first-owner':
      throw fault('people.first-owner', { expected: 'an owner of all projects as the first account', found: 'another' })
    case 'last-owner':
      throw fault('people.last-owner', {
        expected: 'an owner of all projects to be left',
        found: `${name}, the last one`,
      })
  }
}
