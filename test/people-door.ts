/** A server that a test signs in at, and a browser's worth of cookies. */
import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '#core/principal.ts'
import { type Engine, utcNow } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import type { ServerOptions } from '#http/handler.ts'
import { type Server, startServer } from '#http/server.ts'

export interface PeopleDoor {
  readonly dir: string
  readonly engine: Engine
  readonly server: Server
  close(): Promise<void>
}

/** Adds an account whose password is quick to check: how slow that is by rights is tried in passwords.test.ts. */
export async function addQuickAccount(
  engine: Engine,
  { password, ...asked }: { name: string; role: Role; project: string | null; password: string },
): Promise<void> {
  const [n, r, p] = [16, 1, 1] as const
  const hash = scryptSync(password, 'salt', 32, { N: n, r, p }).toString('base64url')
  const text = ['scrypt', n, r, p, Buffer.from('salt').toString('base64url'), hash].join('$')
  const result = await engine.store.people.addAccount({ ...asked, createdAt: utcNow() }, text)
  assert.equal(result, 'done')
}

export async function openDoor(
  prepare: (engine: Engine) => Promise<void> = async () => {},
  options: Partial<ServerOptions> = {},
): Promise<PeopleDoor> {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-people-'))
  const engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
  await prepare(engine)
  const usual = { host: '127.0.0.1', port: 0, token: null, studioDir: null, legacyProject: 'default' }
  const server = await startServer(engine, { ...usual, ...options })
  return {
    dir,
    engine,
    server,
    async close() {
      await server.close()
      await engine.close()
      await rm(dir, { recursive: true })
    },
  }
}

export interface Said {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface Asked {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export async function ask({ server }: Pick<PeopleDoor, 'server'>, path: string, asked: Asked = {}): Promise<Said> {
  const { body, headers = {} } = asked
  const isJson = body !== undefined && !(body instanceof Uint8Array)
  const answer = await fetch(`${server.url}${path}`, {
    method: asked.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as Uint8Array<ArrayBuffer>) }),
  })
  const text = await answer.text()
  const parsed = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: answer.status, headers: answer.headers, text, body: parsed }
}

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** Keeps cookies and the proof against forged requests, as the page does. */
export class Visitor {
  readonly #door: Pick<PeopleDoor, 'server'>
  cookie: string | null = null
  csrf: string | null = null

  constructor(door: Pick<PeopleDoor, 'server'>) {
    this.#door = door
  }

  async ask(path: string, asked: Asked = {}): Promise<Said> {
    const headers = {
      ...(this.cookie === null ? {} : { cookie: this.cookie }),
      ...(this.csrf === null ? {} : { 'x-hindsight-csrf': this.csrf }),
      ...asked.headers,
    }
    const said = await ask(this.#door, path, { ...asked, headers })
    const set = said.headers.getSetCookie()[0]?.split(';')[0]
    if (set !== undefined) this.cookie = set.endsWith('=') ? null : set
    if (typeof said.body['csrf'] === 'string') this.csrf = said.body['csrf']
    return said
  }

  signIn(name: string, password: string, headers: Readonly<Record<string, string>> = {}): Promise<Said> {
    return this.ask('/api/v1/sign-in', { body: { name, password }, headers })
  }
}
