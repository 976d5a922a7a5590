/** Accounts at a real server: signing in and out, what keeps forged and guessed requests out, and who is written down. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signInIdleMs, signInLongestMs } from '#core/people-store.ts'
import { type Engine, sha256 } from '#engine/engine.ts'
import { makeKey } from '#engine/people/keys.ts'
import { buildServer } from '#http/server.ts'
import { addQuickAccount, ask, bearer, openDoor, type PeopleDoor, Visitor } from './people-door.ts'

const passwords = { Ann: 'seven green bottles', Bob: 'eight blue kettles' } as const

async function annAndBob(engine: Engine): Promise<void> {
  await addQuickAccount(engine, { name: 'Ann', role: 'owner', project: null, password: passwords.Ann })
  await addQuickAccount(engine, { name: 'Bob', role: 'reviewer', project: 'kitchen', password: passwords.Bob })
}

const session = (id: string, project: string | null = null) => ({
  id,
  ...(project === null ? {} : { project }),
  domain: 'images',
  recordedAt: '2026-11-20T10:00:00Z',
  host: { name: 'test', version: '1' },
  context: { instruction: 'paint it' },
  settings: { values: {} },
  outcome: { status: 'succeeded' },
})

describe('a machine of one', () => {
  let door: PeopleDoor
  before(async () => (door = await openDoor()))
  after(() => door.close())

  test('needs no signing in, until there is an account: then everybody signs in, here too', async () => {
    const me = await ask(door, '/api/v1/me')
    assert.deepEqual(me.body['principal'], { name: 'owner', role: 'owner', project: null, via: 'local' })
    assert.deepEqual([me.body['accounts'], me.body['csrf']], [false, null])
    const first = { name: 'Ann', role: 'viewer', password: passwords.Ann }
    assert.equal((await ask(door, '/api/v1/people', { body: first })).body['code'], 'people.first-owner')
    const weak = { name: 'Ann', role: 'owner', password: 'short' }
    assert.equal((await ask(door, '/api/v1/people', { body: weak })).body['code'], 'people.password')
    assert.equal((await ask(door, '/api/v1/projects')).status, 200)
    assert.equal((await ask(door, '/api/v1/people', { body: { ...first, role: 'owner' } })).status, 201)
    assert.deepEqual([(await ask(door, '/api/v1/projects')).status], [401])
    const nobody = (await ask(door, '/api/v1/me')).body
    assert.deepEqual([nobody['principal'], nobody['accounts']], [null, true])
    assert.equal((await new Visitor(door).signIn('Ann', passwords.Ann)).status, 200)
  })
})

describe('signing in', () => {
  let door: PeopleDoor
  before(async () => (door = await openDoor(annAndBob)))
  after(() => door.close())

  test('sets a cookie that no script sees and no other site sends, a new one each time', async () => {
    const ann = new Visitor(door)
    const said = await ann.signIn('ann', passwords.Ann)
    assert.deepEqual(said.body['principal'], { name: 'Ann', role: 'owner', project: null, via: 'cookie' })
    const [header = ''] = said.headers.getSetCookie()
    assert.match(header, /^hindsight_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=1209\d{3}$/)
    assert.equal((await ann.ask('/api/v1/people')).status, 200)
    const before = ann.cookie
    await ann.signIn('Ann', passwords.Ann)
    assert.notEqual(ann.cookie, before)
    const old = await ask(door, '/api/v1/people', { headers: { cookie: before ?? '' } })
    assert.equal(old.status, 401, 'the one before it is over')
  })

  test('says the same of a wrong name and a wrong password', async () => {
    const wrong = await new Visitor(door).signIn('Ann', 'seven green bottle')
    const unknown = await new Visitor(door).signIn('Nobody', passwords.Ann)
    const without = ({ body }: typeof wrong) => ({ ...body, request: null })
    assert.deepEqual([wrong.status, without(wrong)], [401, without(unknown)])
    assert.equal(wrong.headers.getSetCookie().length, 0)
  })

  test('a change by cookie wants the proof that our page sent it, and a foreign page cannot have it', async () => {
    const bob = new Visitor(door)
    await bob.signIn('Bob', passwords.Bob)
    const put = (headers: Record<string, string>) =>
      ask(door, '/api/v1/queries/mine', {
        method: 'PUT',
        body: { query: {} },
        headers: { cookie: bob.cookie ?? '', ...headers },
      })
    assert.equal((await put({})).body['code'], 'request.csrf')
    const ann = new Visitor(door)
    await ann.signIn('Ann', passwords.Ann)
    assert.equal((await put({ 'x-hindsight-csrf': ann.csrf ?? '' })).body['code'], 'request.csrf')
    const forged = await put({ 'x-hindsight-csrf': bob.csrf ?? '', origin: 'https://evil.example' })
    assert.equal(forged.body['code'], 'request.origin')
    const cross = await put({ 'x-hindsight-csrf': bob.csrf ?? '', 'sec-fetch-site': 'cross-site' })
    assert.equal(cross.body['code'], 'request.origin')
    assert.equal((await put({ 'x-hindsight-csrf': bob.csrf ?? '' })).status, 200)
    const { csrf } = (await bob.ask('/api/v1/me')).body
    assert.equal(csrf, bob.csrf)
  })

  test('ends when it was not used, when it was long enough, and when the account is disabled', async () => {
    const { people } = door.engine.store
    const now = Date.now()
    const visit = async (id: string, times: { seenMs: number; untilMs: number }) => {
      await people.addSignIn(sha256(id), {
        account: 'Bob',
        createdAtMs: now - signInLongestMs,
        lastSeenAtMs: times.seenMs,
        expiresAtMs: times.untilMs,
      })
      return (await ask(door, '/api/v1/projects', { headers: { cookie: `hindsight_session=${id}` } })).status
    }
    assert.equal(await visit('one', { seenMs: now - 1000, untilMs: now + 60_000 }), 200)
    assert.equal(await visit('two', { seenMs: now - signInIdleMs - 1000, untilMs: now + 60_000 }), 401)
    assert.equal(await visit('three', { seenMs: now - 1000, untilMs: now - 1000 }), 401)
    const bob = new Visitor(door)
    await bob.signIn('Bob', passwords.Bob)
    const ann = new Visitor(door)
    await ann.signIn('Ann', passwords.Ann)
    const change = (body: object, name = 'Bob') => ann.ask(`/api/v1/people/${name}`, { method: 'PATCH', body })
    assert.equal((await change({ disabled: true })).status, 200)
    assert.equal((await bob.ask('/api/v1/projects')).status, 401)
    assert.equal((await new Visitor(door).signIn('Bob', passwords.Bob)).status, 401)
    assert.equal((await change({ disabled: false })).status, 200)
    for (const last of [{ disabled: true }, { role: 'viewer' }, { project: 'kitchen' }])
      assert.deepEqual((await change(last, 'Ann')).body['code'], 'people.last-owner')
  })

  test('a password is changed by who knows it, and that ends all other sign-ins', async () => {
    const [here, there] = [new Visitor(door), new Visitor(door)]
    for (const one of [here, there]) await one.signIn('Bob', passwords.Bob)
    const change = (current: string, next: string) => here.ask('/api/v1/me/password', { body: { current, next } })
    assert.equal((await change('nine red lanterns', 'nine red lanterns')).body['code'], 'people.sign-in')
    assert.equal((await change(passwords.Bob, 'bobbobbobbob')).body['code'], 'people.password')
    assert.equal((await change(passwords.Bob, 'nine red lanterns')).body['signIns'], 1)
    assert.deepEqual(
      [(await here.ask('/api/v1/projects')).status, (await there.ask('/api/v1/projects')).status],
      [200, 401],
    )
    assert.equal((await new Visitor(door).signIn('Bob', passwords.Bob)).status, 401)
    const ann = new Visitor(door)
    await ann.signIn('Ann', passwords.Ann)
    const reset = await ann.ask('/api/v1/people/Bob/password', { body: { password: passwords.Bob } })
    assert.deepEqual([reset.status, reset.body['signIns']], [200, 0])
    assert.equal((await here.ask('/api/v1/projects')).status, 401)
  })

  test('signing out ends it here, or everywhere', async () => {
    const [one, two, three] = [new Visitor(door), new Visitor(door), new Visitor(door)]
    for (const visitor of [one, two, three]) await visitor.signIn('Bob', passwords.Bob)
    const kept = { cookie: one.cookie ?? '' }
    assert.equal((await one.ask('/api/v1/sign-out', { body: {} })).body['signIns'], 1)
    assert.equal(one.cookie, null)
    assert.equal((await ask(door, '/api/v1/projects', { headers: kept })).status, 401)
    assert.ok(Number((await two.ask('/api/v1/sign-out', { body: { everywhere: true } })).body['signIns']) >= 2)
    assert.equal((await three.ask('/api/v1/projects')).status, 401)
  })

  test('one of a project sees and writes that one only', async () => {
    const bob = new Visitor(door)
    await bob.signIn('Bob', passwords.Bob)
    assert.equal((await bob.ask('/api/v1/sessions?project=attic')).body['code'], 'request.project')
    assert.equal((await bob.ask('/api/v1/sessions?project=kitchen&project=attic')).body['code'], 'request.project')
    assert.equal((await bob.ask('/api/v1/sessions')).status, 200)
    assert.equal((await bob.ask('/api/v1/audit')).body['code'], 'request.role')
  })

  test('the log names who did what and who was refused, and holds no secret; nor does any file', async () => {
    const ann = new Visitor(door)
    await ann.signIn('Ann', passwords.Ann)
    await new Visitor(door).signIn('Ann', 'ten white candles')
    await new Visitor(door).signIn('eleven grey pigeons', 'x')
    await new Visitor(door).signIn('eleven grey pigeons', 'x'.repeat(2000))
    const body = { kind: 'token', name: 'nightly', role: 'recorder' }
    const made = (await ann.ask('/api/v1/keys', { body })).body as { secret: string; key: { id: string } }
    assert.match(made.secret, /^hst_[\w-]{43}$/)
    const recorder = bearer(made.secret)
    const id = '01994f7a-2d5e-7c31-8a44-5d0c9e6b1f20'
    assert.equal((await ask(door, '/api/v1/sessions', { body: session(id), headers: recorder })).status, 200)
    assert.equal((await ask(door, '/api/v1/sessions', { headers: recorder })).body['code'], 'request.role')
    const edit = { session: id, kind: 'rating', after: { rating: 1 }, principal: 'Somebody Else' }
    const said = await ann.ask('/api/v1/edits', { body: edit })
    assert.equal(said.body['principal'], 'Ann', 'history names who really did it')
    assert.equal((await ann.ask(`/api/v1/keys/${made.key.id}`, { method: 'DELETE' })).status, 200)
    assert.equal((await ask(door, '/api/v1/sessions', { body: session(id), headers: recorder })).status, 401)
    await new Promise((resolve) => setTimeout(resolve, 700))
    const { items } = (await ann.ask('/api/v1/audit?limit=8')).body as { items: Record<string, unknown>[] }
    const lines = items.map(({ principal, via, action, target, outcome }) => [principal, via, action, target, outcome])
    assert.deepEqual(
      lines.toSorted((a, b) => String(a).localeCompare(String(b))),
      [
        ['Ann', 'cookie', 'DELETE /api/v1/keys/{id}', made.key.id, 'done'],
        ['Ann', 'cookie', 'POST /api/v1/edits', id, 'done'],
        ['Ann', 'cookie', 'POST /api/v1/keys', 'nightly', 'done'],
        ['Ann', 'cookie', 'POST /api/v1/sign-in', 'Ann', 'done'],
        ['nightly', 'token', 'POST /api/v1/sessions', id, 'done'],
        ['nobody', 'nobody', 'POST /api/v1/sign-in', null, 'people.sign-in'],
        ['nobody', 'nobody', 'POST /api/v1/sign-in', null, 'request.invalid'],
        ['nobody', 'nobody', 'POST /api/v1/sign-in', 'Ann', 'people.sign-in'],
      ],
    )
    const files = await readdir(door.dir, { recursive: true, withFileTypes: true })
    const found = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    const bytes = Buffer.concat(await Promise.all(found.map((path) => readFile(path))))
    const secrets = [...Object.values(passwords), made.secret, ann.cookie?.split('=')[1] ?? '', 'eleven grey pigeons']
    assert.ok(bytes.includes('nightly'))
    for (const secret of secrets) assert.ok(!bytes.includes(secret), secret)
  })
})

test('guessing is slowed down by name and by address, and says when to come again', async () => {
  const door = await openDoor(annAndBob)
  try {
    const guess = (name: string) => new Visitor(door).signIn(name, 'a guess at nothing')
    for (let i = 0; i < 5; i++) assert.equal((await guess('Ann')).status, 401)
    const slow = await guess('Ann')
    assert.deepEqual([slow.status, slow.body['code'], slow.headers.get('retry-after')], [429, 'people.slow', '1'])
    assert.equal((await guess('Bob')).status, 429, 'from the same address')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    assert.equal((await new Visitor(door).signIn('Ann', passwords.Ann)).status, 200)
    assert.equal((await guess('Ann')).status, 401, 'who got in begins anew')
  } finally {
    await door.close()
  }
})

test('an engine on the network, or behind a proxy, wants an account or a token', async () => {
  const door = await openDoor()
  try {
    const options = { host: '0.0.0.0', port: 0, token: null, studioDir: null, legacyProject: 'default' }
    await assert.rejects(buildServer(door.engine, options), { code: 'settings.invalid' })
    const proxied = { ...options, host: '127.0.0.1', behindProxy: true }
    await assert.rejects(buildServer(door.engine, proxied), { code: 'settings.invalid' })
    await annAndBob(door.engine)
    await (await buildServer(door.engine, options)).close()
  } finally {
    await door.close()
  }
})

test('behind a proxy with HTTPS the cookie is for HTTPS and this host only; without one its headers are not believed', async () => {
  const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9, 198.51.100.7' }
  const behind = await openDoor(annAndBob, { behindProxy: true })
  const direct = await openDoor(annAndBob)
  try {
    const ann = new Visitor(behind)
    const said = await ann.signIn('Ann', passwords.Ann, {
      ...https,
      origin: behind.server.url.replace('http:', 'https:'),
    })
    assert.match(said.headers.getSetCookie()[0] ?? '', /^__Host-hindsight_session=.*; Secure$/)
    assert.equal((await ann.ask('/api/v1/people', { headers: https })).status, 200)
    assert.equal((await ann.ask('/api/v1/people')).status, 401, 'the same cookie over plain HTTP is none')
    // Others behind the same proxy are not slowed down by one who guesses.
    for (let i = 0; i < 6; i++) await new Visitor(behind).signIn(`guess ${i}`, 'x', https)
    assert.equal((await new Visitor(behind).signIn('guess', 'x', https)).status, 429)
    const elsewhere = { ...https, 'x-forwarded-for': '203.0.113.9, 198.51.100.8' }
    assert.equal((await new Visitor(behind).signIn('Bob', passwords.Bob, elsewhere)).status, 200)
    const plain = await new Visitor(direct).signIn('Ann', passwords.Ann, https)
    assert.match(
      plain.headers.getSetCookie()[0] ?? '',
      /^hindsight_session=[^;]*; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/,
    )
  } finally {
    await Promise.all([behind.close(), direct.close()])
  }
})

test('the token of the server still owns everything, and by cookie it wants the proof as well', async () => {
  const door = await openDoor(annAndBob, { token: 'a long random text' })
  try {
    assert.equal((await ask(door, '/api/v1/people', { headers: bearer('a long random text') })).status, 200)
    const visitor = new Visitor(door)
    const entered = await visitor.ask('/sessions?token=a+long+random+text')
    assert.deepEqual([entered.status, entered.headers.get('location')], [302, '/sessions'])
    const me = await visitor.ask('/api/v1/me')
    assert.deepEqual(
      [me.body['principal'], me.body['isAccount']],
      [{ name: 'owner', role: 'owner', project: null, via: 'cookie' }, false],
    )
    visitor.csrf = null
    const put = () => visitor.ask('/api/v1/queries/mine', { method: 'PUT', body: { query: {} } })
    assert.equal((await put()).body['code'], 'request.csrf')
    await visitor.ask('/api/v1/me')
    assert.equal((await put()).status, 200)
    assert.equal(
      (await visitor.ask('/api/v1/me/password', { body: { current: 'x', next: 'y' } })).body['code'],
      'request.role',
    )
    const key = { kind: 'token', name: 'brief', role: 'viewer', project: null } as const
    const old = await makeKey(door.engine, { ...key, expiresAt: new Date(Date.now() - 1).toISOString() }, 'Ann')
    assert.equal((await ask(door, '/api/v1/projects', { headers: bearer(old.secret) })).status, 401)
  } finally {
    await door.close()
  }
})
