import { fault } from '#core/faults.ts'
import type { Account } from '#core/people-store.ts'
import { localOwner, type Role, roles } from '#core/principal.ts'
import type { Engine } from '#engine/engine.ts'
import { addAccount, changeAccount, resetPassword } from '#engine/people/accounts.ts'
import { AuditLog } from '#engine/people/audit-log.ts'
import { type Command, type CommandContext, type Options, text, withEngine } from '../command.ts'
import { askNewPassword } from '../password-prompt.ts'
import { table } from '../terminal.ts'

const nameArg = { name: '<name>', about: 'of the account' }
const projectFlag = { flag: '--project <name>', about: 'sees and writes only this project (default: all)' }

export const peopleAdd: Command = {
  name: 'people add',
  about: 'make an account; from the first one on everybody signs in',
  args: [nameArg],
  flags: [{ flag: '--role <role>', about: roles.join(', '), required: true }, projectFlag],
  more: 'Asks for the password, or reads it as a line of standard input. The first account must be an owner of all projects.',
  run: ([name = ''], options, context) =>
    act(
      context,
      { action: 'hindsight people add', target: name, create: true },
      async (engine) =>
        addAccount(engine, {
          name: nameOf(name),
          role: roleOf(text(options['role']) ?? ''),
          project: text(options['project']),
          password: await askNewPassword(streams),
        }),
      (account) => `Made the account ${account.name}: ${account.role} ${where(account)}.`,
    ),
}

export const peopleList: Command = {
  name: 'people list',
  about: 'list the accounts',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const items = await engine.store.people.accounts(Date.now())
      context.terminal.result({ items }, () =>
        items.length === 0
          ? 'There are no accounts: whoever sits at this machine owns everything.'
          : table(
              ['name', 'role', 'project', 'last seen', 'sign-ins', 'disabled'],
              items.map((one) => [
                one.name,
                one.role,
                one.project ?? 'all',
                one.lastSeenAt,
                one.signIns,
                one.disabledAt,
              ]),
            ),
      )
    }),
}

export const peopleSetRole: Command = {
  name: 'people set-role',
  about: 'change what an account may do, and where',
  args: [nameArg, { name: '<role>', about: roles.join(', ') }],
  flags: [
    { flag: '--project <name>', about: 'sees and writes only this project from now on (default: as before)' },
    { flag: '--all-projects', about: 'sees and writes all projects from now on' },
  ],
  run: ([name = '', role = ''], options, context) =>
    act(
      context,
      { action: 'hindsight people set-role', target: name },
      (engine) => changeAccount(engine, name, { role: roleOf(role), ...placeOf(options) }),
      (account) => `${account.name} is ${account.role} ${where(account)} now.`,
    ),
}

export const peopleDisable: Command = {
  name: 'people disable',
  about: 'let an account in no more, and end all its sign-ins; what it did stays under its name',
  args: [nameArg],
  run: ([name = ''], _options, context) =>
    act(
      context,
      { action: 'hindsight people disable', target: name },
      (engine) => changeAccount(engine, name, { disabled: true }),
      (account) => `${account.name} cannot sign in any more.`,
    ),
}

export const peopleEnable: Command = {
  name: 'people enable',
  about: 'let a disabled account in again',
  args: [nameArg],
  run: ([name = ''], _options, context) =>
    act(
      context,
      { action: 'hindsight people enable', target: name },
      (engine) => changeAccount(engine, name, { disabled: false }),
      (account) => `${account.name} can sign in again.`,
    ),
}

export const peoplePassword: Command = {
  name: 'people password',
  about: 'give an account a new password, and end all its sign-ins',
  args: [nameArg],
  more: 'Asks for the password, or reads it as a line of standard input. This is how an owner who forgot it gets in again.',
  run: ([name = ''], _options, context) =>
    act(
      context,
      { action: 'hindsight people password', target: name },
      async (engine) => resetPassword(engine, name, await askNewPassword(streams)),
      (account) => `${account.name} has a new password, and is signed in nowhere.`,
    ),
}

const streams = { input: process.stdin, output: process.stderr }

const where = ({ project }: Pick<Account, 'project'>) => (project === null ? 'of all projects' : `of ${project}`)

interface Act {
  readonly action: string
  readonly target: string
  readonly create?: boolean
}

/** Does it, and writes down that it was done; whoever may use the data directory owns it. */
export function act<T>(
  context: CommandContext,
  { action, target, create = false }: Act,
  work: (engine: Engine) => Promise<T>,
  words: (result: T) => string,
): Promise<void> {
  return withEngine(
    context,
    async (engine) => {
      const result = await work(engine)
      const { name: principal, via } = localOwner
      await new AuditLog(engine).note({ principal, via, action, project: null, target, outcome: 'done' })
      context.terminal.result(result, () => words(result))
    },
    { create },
  )
}

/** Left out, an account stays where it is: it must not come to see everything by that. @throws usage */
function placeOf(options: Options): { readonly project?: string | null } {
  const project = text(options['project'])
  const isAll = options['allProjects'] === true
  if (isAll && project !== null) throw fault('usage', { expected: 'either --project or --all-projects', found: 'both' })
  if (isAll) return { project: null }
  return project === null ? {} : { project }
}

/** @throws usage */
export function roleOf(word: string): Role {
  const role = roles.find((known) => known === word)
  if (role) return role
  throw fault('usage', { expected: roles.join(', '), found: `"${word}"`, where: 'the role' })
}

/** As the page takes them: a name stands in history, lists and addresses. @throws usage */
export function nameOf(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,99}$/u.test(name)) return name
  const expected = 'a letter or digit, then at most 99 of those, space and . _ @ + -'
  throw fault('usage', { expected, found: JSON.stringify(name.slice(0, 120)), where: 'the name' })
}
