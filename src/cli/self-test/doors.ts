/** Each way in, tried as its callers use it; what comes back is compared with what went in. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { type Client, createRecorder, diskSpool, type Job } from '#client/node.ts'
import { fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import { makeRun, type MadeRun, writeSampleRun } from './made-runs.ts'
import { makePicture, type Picture } from './pictures.ts'

export interface Surroundings {
  readonly client: Client
  readonly url: string
  readonly token: string | null
  readonly project: string
  /** For files on the way; removed at the end. */
  readonly work: string
  /** null for a server elsewhere, to whose data the command line has no access. */
  readonly dataDir: string | null
  readonly env: NodeJS.ProcessEnv
  /** Ids of all sessions that were recorded, for their removal. */
  readonly recorded: string[]
}

/** @returns a remark, or nothing. @throws whatever is wrong */
export type Door = (around: Surroundings) => Promise<string | void>

/** A door that cannot be tried here, and why. */
export class Skipped extends Error {}

const wrong = (expected: string, found: string) =>
  fault('job.failed', { expected, found, fix: 'report it with the server log' })

async function sendPictures({ client }: Surroundings, pictures: readonly Picture[]): Promise<void> {
  for (const { sha256, bytes } of pictures)
    await client.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: bytes })
}

export const blobDoor: Door = async (around) => {
  const { client, recorded, project } = around
  const picture = makePicture()
  const run = makeRun(project, 'a blob')
  await sendPictures(around, [picture])
  const { sha256 } = picture
  const back = await client.open('GET /api/v1/blobs/{sha256}', { params: { sha256 } })
  if (!Buffer.from(await back.arrayBuffer()).equals(picture.bytes)) throw wrong('the bytes that were sent', 'others')
  // In a session, so that erasing that takes it along.
  const [input, output] = run.session['media'] as readonly JsonObject[]
  const session = { ...run.session, media: [{ ...input, sha256, bytes: picture.bytes.length }, output ?? {}] }
  await sendPictures(around, run.pictures.slice(1))
  recorded.push(run.id)
  await client.call('POST /api/v1/sessions', { body: session })
  await compare(around, session)
}

export const sessionDoor: Door = async (around) => {
  const { client, recorded, project } = around
  const run = makeRun(project, 'POST /api/v1/sessions')
  await sendPictures(around, run.pictures)
  recorded.push(run.id)
  const first = await client.call('POST /api/v1/sessions', { body: run.session })
  const again = await client.call('POST /api/v1/sessions', { body: run.session })
  if (first.result !== 'created' || again.result !== 'repeated') {
    throw wrong('"created", then "repeated"', `"${first.result}", then "${again.result}"`)
  }
  await compare(around, run.session)
}

export const batchDoor: Door = async (around) => {
  const runs = Array.from({ length: 3 }, () => makeRun(around.project, 'a batch'))
  for (const { pictures } of runs) await sendPictures(around, pictures)
  around.recorded.push(...runs.map(({ id }) => id))
  const lines = runs.map(({ session }) => `${JSON.stringify(session)}\n`).join('')
  const body = new TextEncoder().encode(lines)
  const contentType = 'application/x-ndjson'
  const { created, problems } = await around.client.call('POST /api/v1/sessions/batch', { body }, { contentType })
  if (created !== runs.length)
    throw wrong(`${runs.length} sessions taken in`, problems[0]?.problem.message ?? `${created}`)
  for (const { session } of runs) await compare(around, session)
}

export const journalDoor: Door = async (around) => {
  const { client, recorded, project } = around
  const run = makeRun(project, 'a journal')
  const { id, outcome, media, ...head } = run.session as JsonObject & {
    readonly id: string
    readonly outcome: JsonObject
  }
  await sendPictures(around, run.pictures)
  recorded.push(run.id)
  await client.call('POST /api/v1/journals', { body: { session: { id, ...head } } })
  const sent = media as unknown as readonly MediaSent[]
  const ops = sent.map((one) => ({ op: 'media' as const, media: one }))
  await client.call('POST /api/v1/journals/{id}', { params: { id }, body: { ops } })
  const close = { op: 'close' as const, outcome: outcome as Record<string, unknown> }
  await client.call('POST /api/v1/journals/{id}', { params: { id }, body: { ops: [close] } })
  await compare(around, run.session)
}

interface MediaSent {
  readonly [key: string]: unknown
  readonly role: string
  readonly sha256: string
  readonly mediaType: string
  readonly bytes: number
  readonly width: number | null
  readonly height: number | null
}

export const sdkDoor: Door = async (around) => {
  const { url, token, project, work, recorded } = around
  const run = makeRun(project, 'the SDK')
  const spool = diskSpool(join(work, 'spool-node'))
  const recorder = createRecorder({ base: url, token, project, host: { name: 'hindsight-self-test' }, spool })
  recorded.push(run.id)
  recorder.record(
    {
      id: run.id,
      domain: 'images',
      context: run.session['context'] as JsonObject,
      settings: { values: {} },
      outcome: { status: 'succeeded' },
    },
    run.pictures.map(({ bytes, width, height }, i) => {
      return { role: i === 0 ? 'input' : 'output', data: bytes, mediaType: 'image/png', width, height }
    }),
  )
  const { arrived, problem, lost } = await recorder.flush({ timeoutMs: 20_000 })
  await recorder.close()
  if (!arrived) throw wrong('the run to arrive', (lost[0]?.problem ?? problem)?.message ?? 'that it still waits')
  const { context, media } = run.session
  await compare(around, { id: run.id, project, context: context ?? null, media: media ?? null })
}

const pythonRecorder = fileURLToPath(new URL('../../../integrations/python/hindsight_recorder.py', import.meta.url))

export const pythonDoor: Door = async (around) => {
  const { url, token, project, work, recorded, env } = around
  const run = makeRun(project, 'Python')
  recorded.push(run.id)
  const given = JSON.stringify({ url, token, project, id: run.id, spool: join(work, 'spool-python') })
  const program = [
    'import importlib.util, json, sys',
    'given = json.loads(sys.stdin.read())',
    `spec = importlib.util.spec_from_file_location("hindsight_recorder", ${JSON.stringify(pythonRecorder)})`,
    'recorder = importlib.util.module_from_spec(spec)',
    'spec.loader.exec_module(recorder)',
    'r = recorder.Recorder(given["url"], host="hindsight-self-test", project=given["project"], spool=given["spool"], token=given["token"])',
    'r.record("images", {"instruction": "recorded by the self-test"}, {"values": {}}, {"status": "succeeded"}, id=given["id"])',
    'print(json.dumps(r.flush(20)))',
    'r.close()',
  ]
  const { status, stdout, stderr } = await runProgram('python3', ['-c', program.join('\n')], env, given)
  if (status === null) throw new Skipped('there is no python3')
  const flushed = status === 0 ? (JSON.parse(stdout) as { readonly arrived: boolean }) : null
  if (flushed?.arrived !== true) throw wrong('the run to arrive', (stderr || stdout).trim().slice(0, 300))
  await compare(around, { id: run.id, project })
}

export const imageAppDoor: Door = async ({ url, token, recorded, client, project }) => {
  const form = new FormData()
  form.set('originalImage', new Blob([makePicture().bytes], { type: 'image/png' }), 'original.png')
  form.set('reimaginedImage', new Blob([makePicture().bytes], { type: 'image/png' }), 'reimagined.png')
  form.set('instruction', 'recorded by the self-test through the old door')
  form.set('consent', 'true')
  const headers = token === null ? undefined : { authorization: `Bearer ${token}` }
  const answer = await fetch(new URL('/api/store-image', url), {
    method: 'POST',
    body: form,
    ...(headers ? { headers } : {}),
  })
  const told = (await answer.json()) as {
    readonly success?: boolean
    readonly sessionId?: string
    readonly error?: string
  }
  if (!answer.ok || told.success !== true || told.sessionId === undefined)
    throw wrong('success', told.error ?? `status ${answer.status}`)
  recorded.push(told.sessionId)
  const session = await client.call('GET /api/v1/sessions/{id}', { params: { id: told.sessionId } })
  return session.project === project ? undefined : `into its project "${String(session.project)}"`
}

/** A run of the sample project is sent as one file, as a page does. */
export const uploadDoor: Door = async (around) => {
  const { client, project, work, recorded } = around
  const folder = join(work, 'camera')
  recorded.push(await writeSampleRun('camera', project, folder, { withMedia: false }))
  const body = new Uint8Array(await readFile(join(folder, 'sessions.ndjson')))
  const query = { project, name: 'sessions.ndjson', mode: 'merge' as const }
  const job = await finished(client, await client.call('POST /api/v1/imports', { query, body }))
  if (job.state !== 'succeeded') throw wrong('the import to succeed', job.error?.message ?? job.state)
  await compare(around, { id: recorded.at(-1) ?? '', project })
}

export const commandLineDoor: Door = async (around) => {
  const { dataDir, project, work, recorded, env } = around
  const folder = join(work, 'gui')
  if (dataDir === null) throw new Skipped('the data are elsewhere')
  const id = await writeSampleRun('gui', project, folder, { withMedia: true })
  recorded.push(id)
  const args = [
    ...process.execArgv,
    process.argv[1] ?? '',
    'import',
    folder,
    '--project',
    project,
    '--data',
    dataDir,
    '--json',
  ]
  const { status, stderr } = await runProgram(process.execPath, args, env, '')
  if (status !== 0) throw wrong('hindsight import to succeed', stderr.trim().slice(0, 300))
  await compare(around, { id, project })
}

/** Everything that the formats say they can hold of what was recorded. */
export const exportDoor: Door = async ({ client, project }) => {
  const { items } = await client.call('GET /api/v1/formats')
  const there = new Set(
    (await client.call('GET /api/v1/sessions', { query: { project, limit: 500 } })).items.map(({ domain }) => domain),
  )
  const tried: string[] = []
  for (const { name, domain } of items) {
    if (domain !== null && !there.has(domain)) continue
    const query = domain === null ? {} : { domain }
    const job = await finished(
      client,
      await client.call('POST /api/v1/exports', { body: { project, format: name, query } }),
    )
    if (job.state !== 'succeeded') {
      // What holds only pictures with labels has nothing to hold of a camera's path; that is no fault of the door.
      if (/^(format\.sample|dataset\.empty|format\.empty)$/.test(job.error?.code ?? '')) continue
      throw wrong(`an export as ${name}`, job.error?.message ?? job.state)
    }
    const zip = Buffer.from(
      await (await client.open('GET /api/v1/jobs/{id}/download', { params: { id: job.id } })).arrayBuffer(),
    )
    if (zip.length < 30 || zip.readUInt32LE(0) !== 0x04034b50)
      throw wrong(`a zip with files from ${name}`, `${zip.length} bytes`)
    tried.push(name)
  }
  if (tried.length === 0) throw wrong('exports', 'none that could hold anything')
  return tried.join(', ')
}

/** Waits for the end of a job. */
async function finished(client: Client, added: Pick<Job, 'id'>): Promise<Job> {
  let last: Job | null = null
  for await (const job of client.watchJob(added.id)) last = job
  if (last === null) throw wrong('the job to end', 'no news of it')
  return last
}

/** Each field that was sent must be there as it was sent, and each picture byte by byte. */
async function compare({ client }: Surroundings, sent: JsonObject & Partial<Pick<MadeRun, 'id'>>): Promise<void> {
  const { id } = sent
  const stored = (await client.call('GET /api/v1/sessions/{id}', {
    params: { id: String(id) },
  })) as unknown as JsonObject
  for (const [field, value] of Object.entries(sent)) {
    if (!holds(stored[field], value))
      throw wrong(`the field ${field} as it was sent`, JSON.stringify(stored[field] ?? null).slice(0, 200))
  }
}

/** Whether all that was sent is there; what was left out may have been filled in. */
function holds(stored: unknown, sent: unknown): boolean {
  if (typeof sent !== 'object' || sent === null) return isDeepStrictEqual(stored, sent)
  if (typeof stored !== 'object' || stored === null) return false
  return Object.entries(sent).every(([key, value]) => holds((stored as Record<string, unknown>)[key], value))
}

interface Ended {
  /** null when there is no such program. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string,
): Promise<Ended> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 120_000 })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (texts.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (texts.stderr += data.toString()))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const status = await Promise.race([
    once(child, 'close').then(([code]) => Number(code ?? 1)),
    once(child, 'error').then(() => null),
  ])
  return { status, ...texts }
}

/** What is left of files that the doors wrote on the way. */
export async function prepareWork(work: string): Promise<void> {
  await mkdir(work, { recursive: true, mode: 0o700 })
  if ((await readdir(work)).length > 0) throw wrong('an empty folder to work in', work)
}
