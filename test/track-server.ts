/** A real server over a data directory of its own, and clips in a folder whose name must not be found anywhere else. */
import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient, type Job } from '#client/client.ts'
import { readEvents } from '#client/read-events.ts'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import type { Clip, Live, TrackResult } from '#http/contract.ts'
import { startServer } from '#http/server.ts'

export const walk = fileURLToPath(new URL('../sample/clips/walk.mp4', import.meta.url))
/** Enough to solve, in a second or so. */
export const small = {
  frames: { from: 0, to: 15 },
  preset: 'fast',
  retries: 0,
  policy: 'defaults',
  settings: { tracks: 80 },
} as const

export interface TracksFile {
  readonly tracks: readonly {
    readonly id: number
    readonly origin: string
    readonly frames: readonly number[]
    readonly xy: readonly [number, number][]
  }[]
  readonly disabled?: readonly number[]
}
export interface SolveFile {
  readonly shots: readonly { readonly solved: boolean; readonly points: readonly { readonly track: number }[] }[]
}

export interface TrackServer {
  readonly dir: string
  readonly footage: string
  readonly engine: Engine
  readonly url: string
  readonly api: Client
  open(path: string): Promise<Clip>
  /** A copy of the sample clip under this name. */
  clipAt(name: string): Promise<Clip>
  track(clip: Clip, body?: object): Promise<Job>
  ended(id: string): Promise<Job>
  solved(clip: Clip, body?: object): Promise<TrackResult>
  liveOf(id: string, onLive?: (live: Live) => void | Promise<void>): Promise<readonly Live[]>
  tracksOf(session: string): Promise<TracksFile>
  solveOf(session: string): Promise<SolveFile>
  close(): Promise<void>
}

export async function startTrackServer(): Promise<TrackServer> {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-track-api-'))
  const footage = join(dir, 'films of somebody')
  await mkdir(footage)
  const engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 2 })
  const server = await startServer(engine, {
    host: '127.0.0.1',
    port: 0,
    token: null,
    studioDir: null,
    legacyProject: 'default',
  })
  const api = createClient({ base: server.url })
  const open = (path: string) => api.call('POST /api/v1/clips', { body: { path } })
  const track = ({ fingerprint }: Clip, body: object = {}) =>
    api.call('POST /api/v1/clips/{fingerprint}/track', { params: { fingerprint }, body: { ...small, ...body } })
  const ended = async (id: string) => {
    let last: Job | null = null
    for await (const job of api.watchJob(id)) last = job
    assert.ok(last)
    return last
  }
  return {
    dir,
    footage,
    engine,
    url: server.url,
    api,
    open,
    async clipAt(name) {
      const path = join(footage, name)
      await copyFile(walk, path)
      return open(path)
    },
    track,
    ended,
    async solved(clip, body = {}) {
      const job = await ended((await track(clip, body)).id)
      assert.equal(job.state, 'succeeded', JSON.stringify(job.error))
      return job.result as TrackResult
    },
    async liveOf(id, onLive = () => {}) {
      const said: Live[] = []
      const response = await fetch(api.url('GET /api/v1/jobs/{id}/live', { params: { id } }))
      for await (const { data } of readEvents(response)) {
        const live = JSON.parse(data) as Live
        said.push(live)
        await onLive(live)
      }
      return said
    },
    tracksOf: async (id) =>
      (await (await api.open('GET /api/v1/sessions/{id}/tracks', { params: { id } })).json()) as TracksFile,
    solveOf: async (id) =>
      (await (await api.open('GET /api/v1/sessions/{id}/solve', { params: { id } })).json()) as SolveFile,
    async close() {
      await server.close()
      await engine.close()
      await rm(dir, { recursive: true })
    },
  }
}
