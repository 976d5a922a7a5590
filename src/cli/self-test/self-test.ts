/** Sends a sample through every door into a project of its own, reads it back, exports it, and removes it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, HindsightError } from '#client/node.ts'
import { Fault, fault } from '#core/faults.ts'
import {
  batchDoor,
  blobDoor,
  commandLineDoor,
  type Door,
  exportDoor,
  imageAppDoor,
  journalDoor,
  pythonDoor,
  sdkDoor,
  sessionDoor,
  Skipped,
  type Surroundings,
  uploadDoor,
} from './doors.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'

/** The project of its own; empty after it. */
export const selfTestProject = 'self-test'

export interface Tried {
  readonly door: string
  readonly state: 'good' | 'bad' | 'skipped'
  readonly note: string | null
  readonly problem: { readonly code: string; readonly message: string; readonly fix: string } | null
  readonly durationMs: number
}

/** In this order; the exports need what came in before. */
const doors: readonly (readonly [string, Door])[] = [
  ['a picture, byte by byte', blobDoor],
  ['one session', sessionDoor],
  ['a batch of sessions', batchDoor],
  ['a journal', journalDoor],
  ['the SDK', sdkDoor],
  ['the recorder for Python', pythonDoor],
  ["the image app's old door", imageAppDoor],
  ['an import that is sent', uploadDoor],
  ['an import on the command line', commandLineDoor],
  ['every export', exportDoor],
]

export interface SelfTestOptions {
  /** Of a running server; null: one is started on `dataDir` for the time. */
  readonly url: string | null
  /** Of an owner; null where nobody signs in. */
  readonly token: string | null
  readonly dataDir: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** Told of each as it ends. */
  readonly onTried: (tried: Tried) => void
}

/** @throws when no server can be reached or started; what is wrong with a door is told of it */
export async function selfTest(options: SelfTestOptions): Promise<readonly Tried[]> {
  const { url, dataDir, env, signal, onTried } = options
  const own = url === null ? await startOwnServer(dataDir, selfTestProject, env) : null
  const work = await mkdtemp(join(tmpdir(), 'hindsight-self-test-'))
  const all: Tried[] = []
  const tell = (tried: Tried) => {
    all.push(tried)
    onTried(tried)
  }
  try {
    const around = surroundingsOf(options, own, work)
    await refuseUsed(around.client)
    try {
      for (const [name, door] of doors) {
        signal.throwIfAborted()
        tell(await tryDoor(name, () => door(around)))
      }
    } finally {
      tell(await tryDoor('removal without a trace', () => removeAll(around)))
    }
    return all
  } finally {
    await own?.stop()
    await rm(work, { recursive: true, force: true })
  }
}

function surroundingsOf(options: SelfTestOptions, own: OwnServer | null, work: string): Surroundings {
  const base = own?.url ?? options.url ?? ''
  const token = own?.token ?? options.token
  return {
    client: createClient({ base, token }),
    url: base,
    token,
    project: selfTestProject,
    work,
    dataDir: own ? options.dataDir : null,
    env: options.env,
    recorded: [],
  }
}

/** What is there already is somebody's, and would be removed with the rest. */
async function refuseUsed(client: Client): Promise<void> {
  const { count } = await client.call('GET /api/v1/sessions/count', { query: { project: selfTestProject } })
  if (count === 0) return
  const found = `${count} sessions`
  const fix = `forget them, if they are left from a self-test that was cut short`
  throw fault('store.occupied', { expected: `no session in the project "${selfTestProject}"`, found, fix })
}

async function tryDoor(door: string, open: () => Promise<string | void>): Promise<Tried> {
  const startedMs = performance.now()
  const tried = (state: Tried['state'], note: string | null, problem: Tried['problem']): Tried => {
    return { door, state, note, problem, durationMs: Math.round(performance.now() - startedMs) }
  }
  try {
    return tried('good', (await open()) ?? null, null)
  } catch (error) {
    if (error instanceof Skipped) return tried('skipped', error.message, null)
    if (error instanceof Fault || error instanceof HindsightError) {
      const { code, message, fix } = error
      return tried('bad', null, { code, message, fix: fix ?? '' })
    }
    const message = error instanceof Error ? error.message : String(error)
    return tried('bad', null, { code: 'bug', message, fix: 'report it with the server log' })
  }
}

/** Erases what came in, and looks whether anything of it is left. */
async function removeAll({ client, recorded, project }: Surroundings): Promise<string> {
  const sessions: string[] = []
  const pictures = new Set<string>()
  for (const id of recorded) {
    const session = await client.call('GET /api/v1/sessions/{id}', { params: { id } }).catch(ignoreMissing)
    if (!session) continue
    sessions.push(id)
    // Those of the other domains come from the sample project, which may be here as well.
    if (session.domain === 'images') for (const { sha256 } of session.media) pictures.add(sha256)
  }
  if (sessions.length === 0) return 'nothing had come in'
  const receipt = await client.call('POST /api/v1/forget', { body: { sessions } })
  for (const id of sessions) {
    if (await client.call('GET /api/v1/sessions/{id}', { params: { id } }).catch(ignoreMissing))
      throw left(`session ${id}`)
  }
  for (const sha256 of pictures) {
    if (await client.open('GET /api/v1/blobs/{sha256}', { params: { sha256 } }).catch(ignoreMissing))
      throw left(`picture ${sha256}`)
  }
  const { count } = await client.call('GET /api/v1/sessions/count', { query: { project } })
  if (count > 0) throw left(`${count} sessions of the project`)
  return `${receipt.sessions} sessions and ${receipt.blobs} blobs; the receipt is ${receipt.id}`
}

const left = (found: string) =>
  fault('job.failed', { expected: 'nothing to be left', found, fix: 'run "hindsight verify"' })

function ignoreMissing(error: unknown): null {
  if (error instanceof HindsightError && error.status === 404) return null
  throw error
}
