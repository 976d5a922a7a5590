import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { checkPassword, hashPassword, requireGoodPassword } from './passwords.ts'

test('a password is kept as scrypt with its parameters and a salt of its own, and only it fits', async () => {
  const [one, two] = await Promise.all([hashPassword('seven green bottles'), hashPassword('seven green bottles')])
  const parts = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]{22})\$([\w-]{43})$/.exec(one)
  assert.ok(parts, one)
  assert.notEqual(one, two)
  const [n, r, p] = parts.slice(1, 4).map(Number) as [number, number, number]
  // OWASP, Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3 at least, or as much work by more memory.
  assert.ok(n >= 2 ** 15 && n * r * p >= 2 ** 15 * 8 * 3)
  const salt = Buffer.from(parts[4] ?? '', 'base64url')
  const options = { N: n, r, p, maxmem: 256 * n * r }
  assert.equal(scryptSync('seven green bottles', salt, 32, options).toString('base64url'), parts[5])
  assert.equal(await checkPassword('seven green bottles', one), true)
  assert.equal(await checkPassword('seven green bottle', one), false)
})

test('a text of other parameters is still read, one that is none fits nothing, and letters are the same however composed', async () => {
  const textOf = (password: string) => {
    const hash = scryptSync(password, 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64url')
    return `scrypt$16$1$1$${Buffer.from('salt').toString('base64url')}$${hash}`
  }
  assert.equal(await checkPassword('caf\u00e9 au lait', textOf('caf\u00e9 au lait')), true)
  assert.equal(await checkPassword('cafe\u0301 au lait', textOf('caf\u00e9 au lait')), true)
  assert.equal(await checkPassword('', null), false)
  assert.equal(await checkPassword('x', 'scrypt$16$1$1$$'), false)
})

test('what is easily guessed is refused', () => {
  const refused = (password: string, name = 'Ann') =>
    assert.throws(() => requireGoodPassword(password, name), { code: 'people.password' }, password)
  for (const password of ['', 'eleven char', 'aaaaaaaaaaaaaaaa', 'abababababababab', 'x'.repeat(1001)])
    refused(password)
  refused('annabel-lee1', 'annabel-lee')
  for (const password of ['twelve chars', 'Schöne Grüße', 'a'.repeat(12) + 'bcd']) requireGoodPassword(password, 'Ann')
})
