/**
 * Passwords as scrypt texts (RFC 7914): slow and hungry for memory on purpose, with a salt of their own, and with their parameters
 * beside them, so that stronger ones can be chosen later and old texts still be read.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { fault } from '#core/faults.ts'
import { longestPassword, shortestPassword } from '#core/people-store.ts'

interface Cost {
  /** Rounds over the memory, a power of two. */
  readonly n: number
  readonly r: number
  readonly p: number
}

/** As strong as OWASP's first choice (2^17, 8, 1), in a quarter of the memory: 128 n r = 32 MiB. */
const cost: Cost = { n: 2 ** 15, r: 8, p: 3 }
const hashBytes = 32
const saltBytes = 16

/** One at a time: many at once would take the memory, and the threads that everything else reads and writes with. */
let turn: Promise<unknown> = Promise.resolve()

function derive(password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> {
  const derived = turn.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        const options = { N: n, r, p, maxmem: 256 * n * r }
        scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      }),
  )
  turn = derived.catch(() => undefined)
  return derived
}

/** @returns "scrypt$n$r$p$salt$hash" */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, salt, cost)
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/**
 * Whether it is the password. Takes as long for an account that is not there (null) as for one that is, so that the time says
 * nothing of which names there are.
 */
export async function checkPassword(password: string, text: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', hash = ''] = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(text ?? '') ?? []
  const known = n !== undefined
  const expected = known ? Buffer.from(hash, 'base64url') : Buffer.alloc(hashBytes)
  const parameters = known ? { n: Number(n), r: Number(r), p: Number(p) } : cost
  const found = await derive(password, known ? Buffer.from(salt, 'base64url') : Buffer.alloc(saltBytes), parameters)
  return expected.length === found.length && timingSafeEqual(expected, found) && known
}

/** @throws people.password */
export function requireGoodPassword(password: string, name: string): void {
  const length = [...password].length
  const expected = `${shortestPassword} to ${longestPassword} characters`
  if (length < shortestPassword || password.length > longestPassword)
    throw fault('people.password', { expected, found: `${length} of them` })
  if (new Set(password).size < 4) throw fault('people.password', { expected, found: 'the same few over and over' })
  if (password.toLowerCase().includes(name.toLowerCase()) && length - name.length < shortestPassword / 2)
    throw fault('people.password', { expected: 'a password of its own', found: 'little more than the name' })
}
