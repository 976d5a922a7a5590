/** Clips and tracking over HTTP: a real server, a real clip, real jobs in their threads. */
import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { PassThrough } from 'node:stream'
import { runCli } from '#cli/program.ts'
import type { Client } from '#client/client.ts'
import type { Engine } from '#engine/engine.ts'
import type { Clip, SolveAgainResult, TrackChange, TrackResult } from '#http/contract.ts'
import { startTrackServer, type TracksFile, type TrackServer, walk } from './track-server.ts'

let served: TrackServer
before(async () => {
  served = await startTrackServer()
  ;({ dir, footage, engine, api } = served)
})
after(() => served.close())
let dir: string
let footage: string
let engine: Engine
let api: Client
const open = (path: string) => served.open(path)
const clipAt = (name: string) => served.clipAt(name)
const track = (clip: Clip, body?: object) => served.track(clip, body)
const ended = (id: string) => served.ended(id)
const solved = (clip: Clip, body?: object) => served.solved(clip, body)
const liveOf: TrackServer['liveOf'] = (...args) => served.liveOf(...args)
const tracksOf = (id: string) => served.tracksOf(id)
const solveOf = (id: string) => served.solveOf(id)
const frameUrl = ({ fingerprint }: Clip, index: number, width = 320) =>
  api.url('GET /api/v1/clips/{fingerprint}/frames/{index}', { params: { fingerprint, index }, query: { width } })

describe('folders', () => {
  test('show what can be opened: folders, videos, and image sequences as one', async () => {
    const folder = join(dir, 'browsed')
    await mkdir(join(folder, 'sub'), { recursive: true })
    await mkdir(join(folder, '.hidden'))
    await copyFile(walk, join(folder, 'shot 10.mp4'))
    await copyFile(walk, join(folder, 'shot 9.mov'))
    for (const name of ['notes.txt', '.DS_Store', 'alone.png']) await writeFile(join(folder, name), '')
    for (const n of [98, 99, 100]) await writeFile(join(folder, `plate.${String(n).padStart(4, '0')}.exr`), '')
    for (const n of [9, 10]) await writeFile(join(folder, `draft${n}.png`), '')
    await symlink(join(dir, 'nowhere'), join(folder, 'broken.mp4'))
    const listing = await api.call('GET /api/v1/folders', { query: { path: folder } })
    assert.deepEqual([listing.path, listing.parent], [folder, dir])
    assert.deepEqual(listing.folders, [{ name: 'sub', path: join(folder, 'sub') }])
    assert.deepEqual(
      listing.clips.map(({ name, kind, frames: count }) => [name, kind, count]),
      [
        ['draft%d.png', 'sequence', 2],
        ['plate.%04d.exr', 'sequence', 3],
        ['shot 9.mov', 'video', null],
        ['shot 10.mp4', 'video', null],
      ],
    )
    const { bytes } = listing.clips.at(-1)!
    assert.equal(bytes, (await stat(walk)).size)
    // The path of a file shows the folder that it is in.
    assert.equal((await api.call('GET /api/v1/folders', { query: { path: join(folder, 'notes.txt') } })).path, folder)
    await assert.rejects(api.call('GET /api/v1/folders', { query: { path: join(dir, 'nowhere') } }), {
      code: 'file.missing',
    })
  })
})

describe('clips', () => {
  test('are known by what they hold, wherever they lie', async () => {
    const first = await clipAt('first.mp4')
    assert.match(first.fingerprint, /^clip-[0-9a-f]{32}$/)
    assert.deepEqual([first.name, first.isThere, first.info.frameCount], ['first.mp4', true, 48])
    const path = { params: { fingerprint: first.fingerprint } }
    await rm(join(footage, 'first.mp4'))
    assert.equal((await api.call('GET /api/v1/clips/{fingerprint}', path)).isThere, false)
    await writeFile(join(footage, 'first.mp4'), 'another film')
    assert.equal((await api.call('GET /api/v1/clips/{fingerprint}', path)).isThere, false)
    await copyFile(walk, join(footage, 'first.mp4'))
    assert.equal((await api.call('GET /api/v1/clips/{fingerprint}', path)).isThere, true)
    const moved = await clipAt('moved.mp4')
    assert.deepEqual([moved.fingerprint, moved.name], [first.fingerprint, 'moved.mp4'])
    const { items } = await api.call('GET /api/v1/clips')
    assert.equal(items.filter(({ fingerprint }) => fingerprint === first.fingerprint).length, 1)
    await assert.rejects(open(join(footage, 'none.mp4')), { code: 'file.missing' })
    await writeFile(join(footage, 'text.mp4'), 'no film')
    await assert.rejects(open(join(footage, 'text.mp4')), { code: 'media.type' })
  })

  test('can be sent in, and are gone when they are forgotten', async () => {
    const kept = join(engine.dataDir, 'clips')
    const send = async (name: string, bytes: Uint8Array) =>
      api.call('POST /api/v1/clips/upload', { query: { name }, body: bytes })
    // Another film, by a byte behind its end.
    const film = Buffer.concat([await readFile(walk), Buffer.from([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65])])
    const sent = await send('../../sent/in: film.mp4', film)
    assert.deepEqual([sent.name, sent.isThere, sent.sessions], ['in_ film.mp4', true, 0])
    assert.equal((await readdir(kept)).length, 1)
    assert.equal((await send('again.mp4', film)).fingerprint, sent.fingerprint)
    assert.equal((await readdir(kept)).length, 1, 'the same film is kept once')
    await assert.rejects(send('text.mp4', Buffer.from('no film')), { code: 'media.type' })
    await assert.rejects(send('empty.mp4', new Uint8Array(0)), { code: 'request.invalid' })
    assert.equal((await readdir(kept)).length, 1)
    const params = { fingerprint: sent.fingerprint }
    assert.deepEqual(await api.call('DELETE /api/v1/clips/{fingerprint}', { params }), { deleted: true })
    assert.deepEqual(await api.call('DELETE /api/v1/clips/{fingerprint}', { params }), { deleted: false })
    assert.deepEqual(await readdir(kept), [])
    await assert.rejects(api.call('GET /api/v1/clips/{fingerprint}', { params }), { code: 'clip.unknown' })
  })

  test('show their frames, many at once, the same however they are asked for', async () => {
    const clip = await clipAt('shown.mp4')
    const all = Array.from({ length: clip.info.frameCount }, (_, index) => index)
    const bytesOf = async (index: number) => {
      const response = await fetch(frameUrl(clip, index))
      assert.equal(response.headers.get('content-type'), 'image/jpeg')
      return Buffer.from(await response.arrayBuffer())
    }
    const together = await Promise.all(all.map(bytesOf))
    assert.equal(new Set(together.map((jpeg) => jpeg.toString('latin1'))).size, all.length)
    // From the end on, at a width that is not kept yet, every third one.
    const other = (index: number) =>
      fetch(frameUrl(clip, index, 321)).then(async (r) => Buffer.from(await r.arrayBuffer()))
    const wide = await Promise.all(all.map((index) => fetch(frameUrl(clip, index, 322)).then((r) => r.arrayBuffer())))
    for (let index = all.length - 1; index >= 0; index -= 3) {
      assert.ok((await bytesOf(index)).equals(together[index]!), `frame ${index}`)
      assert.equal((await other(index)).subarray(0, 2).toString('hex'), 'ffd8')
    }
    assert.ok(wide.every(({ byteLength }) => byteLength > 1000))
  })

  test('frames are kept by whoever asked, and refused where there are none', async () => {
    const clip = await clipAt('shown.mp4')
    const first = await fetch(frameUrl(clip, 7))
    const etag = first.headers.get('etag')!
    assert.match(first.headers.get('cache-control') ?? '', /immutable/)
    await first.arrayBuffer()
    const again = await fetch(frameUrl(clip, 7), { headers: { 'if-none-match': etag } })
    assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [304, 0])
    const head = await fetch(frameUrl(clip, 7), { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('etag')], [200, etag])
    const problem = async (url: string) => {
      const response = await fetch(url)
      return [response.status, ((await response.json()) as { code: string }).code]
    }
    assert.deepEqual(await problem(frameUrl(clip, 48)), [422, 'media.range'])
    assert.deepEqual(await problem(frameUrl({ ...clip, fingerprint: `clip-${'0'.repeat(32)}` }, 0)), [
      404,
      'clip.unknown',
    ])
    assert.deepEqual(await problem(frameUrl(clip, 0, 8)), [400, 'request.invalid'])
    await rm(join(footage, 'shown.mp4'))
    assert.deepEqual(await problem(frameUrl(clip, 3, 123)), [409, 'clip.gone'])
    // A request that is given up leaves the others alone.
    const back = await clipAt('shown.mp4')
    const stop = new AbortController()
    const left = fetch(frameUrl(back, 40, 200), { signal: stop.signal })
    const stayed = fetch(frameUrl(back, 41, 200))
    stop.abort()
    await assert.rejects(left, { name: 'AbortError' })
    assert.equal((await stayed).status, 200)
  })
})

describe('tracking', () => {
  let clip: Clip
  let best: string
  before(async () => {
    clip = await clipAt('tracked.mp4')
  })

  test('is watched while it goes on, and recorded', async () => {
    const job = await track(clip, { frames: null })
    const said = await liveOf(job.id)
    const phases = [...new Set(said.map(({ phase }) => phase))]
    assert.deepEqual([phases[0], phases.includes('track'), phases.includes('solve')], ['probe', true, true])
    const shown = said.filter(({ points }) => points.length > 0)
    assert.ok(shown.length > 0)
    for (const { points, alive, frame, tracks, settings } of shown) {
      assert.equal(points.length, alive)
      assert.ok(tracks >= alive && frame !== null && frame < 48 && Number(settings?.['patternSize']) > 3)
      assert.ok(points.every(([, x, y]) => x >= 0 && x <= 640 && y >= 0 && y <= 360))
    }
    assert.ok(said.some(({ reason }) => reason !== null))

    const { state, result } = await ended(job.id)
    assert.equal(state, 'succeeded')
    const { best: session, sessions, results, report } = result as TrackResult
    assert.ok(session !== null && sessions.includes(session) && results === 'recorded')
    best = session
    assert.equal((report['shots'] as { solved: boolean }[])[0]?.solved, true)
    const { tracks } = await tracksOf(best)
    const [shot] = (await solveOf(best)).shots
    const ids = new Set(tracks.map(({ id }) => id))
    assert.ok(shot!.points.length > 30 && shot!.points.every(({ track: id }) => ids.has(id)))
    const known = await api.call('GET /api/v1/clips/{fingerprint}', { params: { fingerprint: clip.fingerprint } })
    assert.equal(known.sessions, sessions.length)
    assert.deepEqual(await readdir(join(engine.dataDir, 'scratch')), [])
    await assert.rejects(api.open('GET /api/v1/jobs/{id}/tracks', { params: { id: job.id } }), {
      code: 'track.unknown',
    })
  })

  test('leaves scenes for other programs, with the footage where it is here', async () => {
    const scene = (program: 'blender' | 'colmap', shot = 0) =>
      api.open('GET /api/v1/sessions/{id}/scene', { params: { id: best }, query: { program, shot } })
    const blender = await scene('blender')
    assert.match(blender.headers.get('content-disposition') ?? '', /filename="tracked-blender.py"/)
    assert.ok((await blender.text()).includes(JSON.stringify(join(footage, 'tracked.mp4'))))
    const colmap = await scene('colmap')
    assert.equal(
      Buffer.from(await colmap.arrayBuffer())
        .subarray(0, 4)
        .toString('latin1'),
      'PK\x03\x04',
    )
    await assert.rejects(scene('blender', 1), { code: 'track.unknown' })
    const laid = async (placement: string) => {
      const query = { program: 'opentrackio' as const, placement }
      const found = await api.open('GET /api/v1/sessions/{id}/scene', { params: { id: best }, query })
      return (await found.json()) as {
        readonly transforms: readonly { readonly translation: { readonly z: number } }[]
      }[]
    }
    const [here] = await laid('1,1,0,0,0,-1,0,0,0,-1,0,0,0')
    const [raised] = await laid('1,1,0,0,0,-1,0,0,0,-1,0,5,0')
    const rise = (raised?.transforms[0]?.translation.z ?? NaN) - (here?.transforms[0]?.translation.z ?? NaN)
    assert.ok(Math.abs(rise - 5) < 1e-6, 'y of the scene is up, which is z here')
    await assert.rejects(laid('1,2,0,0,0,1,0,0,0,1,0,0,0'), { code: 'request.invalid' })
    await rm(join(footage, 'tracked.mp4'))
    assert.ok(!(await (await scene('blender')).text()).includes(footage))
    await copyFile(walk, join(footage, 'tracked.mp4'))
    assert.deepEqual(await readdir(join(engine.dataDir, 'tmp')), [], 'nothing stays of a download')
  })

  test('is done again after changes by hand, which are recorded with their reasons', async () => {
    const { tracks } = await tracksOf(best)
    const points = (await solveOf(best)).shots[0]!.points.map(({ track: id }) => id)
    const [gone, off, moved] = points as [number, number, number]
    const { frames: own, xy } = tracks.find(({ id }) => id === moved)!
    const [x, y] = xy[1]!
    const changes = [
      { op: 'delete', track: gone, reason: 'jittery', inferred: true },
      { op: 'disable', track: off, reason: 'on a leaf' },
      { op: 'move', track: moved, frame: own[1]!, x: x + 0.25, y },
      { op: 'add', frame: 10, x: 320, y: 200 },
    ] as const
    const body = { changes: [...changes], activeMs: 4000, wallMs: 9000 }
    const params = { id: best }
    const job = await ended((await api.call('POST /api/v1/sessions/{id}/solve-again', { params, body })).id)
    assert.equal(job.state, 'succeeded', JSON.stringify(job.error))
    const result = job.result as SolveAgainResult
    const { session, before: was, after: is, better, kept } = result
    assert.ok(session !== null && was.heldOutErrorPx !== null && is.heldOutErrorPx !== null)
    assert.equal(better, is.heldOutErrorPx < was.heldOutErrorPx)
    assert.equal(kept, better ? 'new' : 'old')
    const now = await tracksOf(session)
    const added = now.tracks.filter(({ id }) => !tracks.some((track) => track.id === id))
    assert.deepEqual([now.tracks.some(({ id }) => id === gone), now.disabled, added.length], [false, [off], 1])
    assert.ok(added[0]!.frames[0]! < 10 && added[0]!.frames.at(-1)! > 10, 'it was followed both ways')
    assert.ok(!(await solveOf(session)).shots[0]!.points.some(({ track: id }) => id === off))
    const chain = await api.call('GET /api/v1/sessions/{id}', { params: { id: session } })
    assert.deepEqual([chain['parent'], (chain['context'] as { attempt: number }).attempt], [best, 2])
    const { items } = await api.call('GET /api/v1/sessions/{id}/edits', { params })
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['camera.behavior'],
    )
    const edit = items[0]!.after as { activeS: number; deletions: { reason: string }[]; resolve: { improved: boolean } }
    assert.deepEqual([edit.activeS, edit.deletions[0]!.reason, edit.resolve.improved], [4, 'jittery', better])
    const refused = { changes: [{ op: 'delete' as const, track: 99_999 }], activeMs: 0, wallMs: 0 }
    await assert.rejects(api.call('POST /api/v1/sessions/{id}/solve-again', { params, body: refused }), {
      code: 'edit.invalid',
    })
    assert.match((await api.call('GET /api/v1/track/summary')).captured, /\d+ runs? .*1 of the last/)
  })

  test('runs twice on one clip at once, and each is recorded', async () => {
    const [one, two] = await Promise.all([solved(clip, { seed: 1 }), solved(clip, { seed: 1 })])
    assert.notEqual(one.best, two.best)
    const [a, b] = [await tracksOf(one.best!), await tracksOf(two.best!)]
    assert.deepEqual(a, b)
  })

  for (const phase of ['track', 'solve'] as const) {
    test(`stops when it is asked to while it is at: ${phase}`, async () => {
      const { id } = await track(clip, { frames: null })
      let asked = false
      const said = await liveOf(id, async (live) => {
        if (asked || live.phase !== phase) return
        asked = true
        await api.call('POST /api/v1/jobs/{id}/cancel', { params: { id } })
      })
      assert.ok(asked)
      assert.equal((await ended(id)).state, 'cancelled')
      // A solve of so short a clip may be done before the word arrives.
      if (phase === 'track') assert.notEqual(said.at(-1)!.phase, 'report')
      assert.ok(!(await readdir(join(engine.dataDir, 'scratch'))).includes(id))
    })
  }

  test('refuses what cannot be done at once, and says plainly what went wrong later', async () => {
    const params = { fingerprint: clip.fingerprint }
    const refused = (body: object) => api.call('POST /api/v1/clips/{fingerprint}/track', { params, body })
    await assert.rejects(refused({ focalIsExact: true }), { code: 'settings.invalid' })
    await assert.rejects(refused({ lens: { model: 'fisheye', coefficients: [1] } }), { code: 'settings.invalid' })
    await assert.rejects(refused({ preset: 'best' }), { code: 'request.invalid' })
    const { state, error } = await ended((await track(clip, { frames: { from: 0, to: 500 } })).id)
    assert.deepEqual([state, error?.code], ['failed', 'media.range'])
  })

  test('where a clip lies is in no record, job or blob', async () => {
    const jobs = await engine.store.jobs.list({}, 200)
    assert.ok(jobs.length > 5)
    const records = [
      ...(await Array.fromAsync(engine.store.catalog.scan({}))).map(({ body }) => body),
      JSON.stringify(jobs),
    ]
    for await (const { sha256 } of engine.store.blobs.list()) {
      records.push(Buffer.concat(await Array.fromAsync(engine.store.blobs.open(sha256))).toString('latin1'))
    }
    for (const text of records) assert.ok(!/films of somebody|tracked\.mp4/.test(text), text.slice(0, 300))
  })
})

describe('preferences', () => {
  test('off records nothing: not a byte of a record, blob, edit or journal', async () => {
    const clip = await clipAt('private.mp4')
    const { best } = await solved(clip)
    const state = async () => {
      const { sessions, edits } = await engine.store.health()
      const blobs = (await Array.fromAsync(engine.store.blobs.list())).map(({ sha256 }) => sha256)
      const bodies = (await Array.fromAsync(engine.store.catalog.scan({}))).map(({ hash }) => hash)
      return { sessions, edits, blobs, bodies, journals: await engine.store.journals.list() }
    }
    const off = { recordSessions: false, recordEdits: false }
    const learning = { learnFromSessions: true, learnFromEdits: true, learnFromImports: true }
    assert.deepEqual(await api.call('PUT /api/v1/preferences', { body: off }), { ...off, ...learning })
    const before = await state()
    assert.ok(before.blobs.length > 0 && before.sessions > 0)
    const job = await ended((await track(clip, { lens: 'none' })).id)
    const { sessions, best: none, results } = job.result as TrackResult
    assert.deepEqual([sessions, none, results], [[], null, 'kept'])
    const tracks = (await (
      await api.open('GET /api/v1/jobs/{id}/tracks', { params: { id: job.id } })
    ).json()) as TracksFile
    assert.ok(tracks.tracks.length > 30)
    assert.equal((await api.open('GET /api/v1/jobs/{id}/solve', { params: { id: job.id } })).status, 200)
    const scene = await api.open('GET /api/v1/jobs/{id}/scene', { params: { id: job.id }, query: { program: 'usd' } })
    assert.match(await scene.text(), /^#usda/)
    assert.match(scene.headers.get('content-disposition') ?? '', /private-usd\.usda/)
    await assert.rejects(
      api.open('GET /api/v1/jobs/{id}/scene', { params: { id: job.id }, query: { program: 'stmap' } }),
      { code: 'scene.empty' },
    )
    const body = { changes: [{ op: 'delete' as const, track: tracks.tracks[0]!.id }], activeMs: 1, wallMs: 1 }
    const again = await api.call('POST /api/v1/sessions/{id}/solve-again', { params: { id: best! }, body })
    assert.equal(((await ended(again.id)).result as SolveAgainResult).session, null)
    assert.equal((await api.open('GET /api/v1/jobs/{id}/solve', { params: { id: again.id } })).status, 200)
    // What was kept is changed, and what came of that is changed once more; a point that is added needs the clip.
    const without = async (id: string, changes: TrackChange[]) => {
      const more = await api.call('POST /api/v1/jobs/{id}/solve-again', { params: { id }, body: { ...body, changes } })
      assert.equal(((await ended(more.id)).result as SolveAgainResult).session, null)
      const response = await api.open('GET /api/v1/jobs/{id}/tracks', { params: { id: more.id } })
      return { id: more.id, tracks: ((await response.json()) as TracksFile).tracks.length }
    }
    const once = await without(job.id, body.changes)
    const twice = await without(once.id, [{ op: 'add', frame: 3, x: 320, y: 200 }])
    assert.deepEqual([once.tracks, twice.tracks], [tracks.tracks.length - 1, tracks.tracks.length])
    await assert.rejects(
      api.call('POST /api/v1/jobs/{id}/solve-again', { params: { id: once.id }, body }),
      { code: 'edit.invalid' },
      'that track is gone',
    )
    const out = join(dir, 'from-the-command-line')
    const stdout = new PassThrough()
    const streams = { stdout, stderr: new PassThrough() } as unknown as Pick<NodeJS.Process, 'stdout' | 'stderr'>
    const args = ['track', walk, '--data', engine.dataDir, '--out', out, '--frames', '0-15', '--json']
    assert.equal(await runCli(args, { ...streams, env: process.env }), 0)
    const report = JSON.parse(String(stdout.read())) as { recorded: null; attempts: { session: null }[] }
    assert.deepEqual([report.recorded, report.attempts[0]!.session], [null, null])
    assert.deepEqual(await state(), before)
    assert.match((await api.call('GET /api/v1/track/summary')).captured, /switched off/)
    await api.call('PUT /api/v1/preferences', { body: { recordSessions: true, recordEdits: true } })
    await without(twice.id, [])
    assert.deepEqual(await state(), before, 'nor later what comes of it')
  })

  test('what is forgotten takes with it where the clip lies, and what its runs left', async () => {
    const { fingerprint } = await clipAt('forgotten.mp4')
    const left = async () => {
      const folders = ['live', 'scratch', 'track-resume'].map((folder) => readdir(join(engine.dataDir, folder)))
      return (await Promise.all(folders)).map(({ length }) => length)
    }
    await writeFile(join(engine.dataDir, 'track-resume', `${fingerprint}.json`), '{}')
    assert.ok((await left()).every((count) => count > 0))
    const { items } = await api.call('GET /api/v1/sessions', { query: { facet: `clip:${fingerprint}`, limit: 500 } })
    assert.ok(items.length > 0)
    await api.call('POST /api/v1/forget', { body: { sessions: items.map(({ id }) => id) } })
    await assert.rejects(api.call('GET /api/v1/clips/{fingerprint}', { params: { fingerprint } }), {
      code: 'clip.unknown',
    })
    assert.deepEqual(await left(), [0, 0, 0])
  })

  test('a reset takes all camera sessions of a project, once it is really meant', async () => {
    const clip = await clipAt('reset.mp4')
    const other = await solved(clip, { project: 'other' })
    await solved(clip)
    const own = await solved(clip)
    const body = { changes: [{ op: 'delete' as const, track: 0 }], activeMs: 1, wallMs: 1 }
    const again = await api.call('POST /api/v1/sessions/{id}/solve-again', { params: { id: own.best! }, body })
    const reset = (confirm: string) => api.call('POST /api/v1/track/reset', { body: { project: 'default', confirm } })
    await assert.rejects(reset('default'), { code: 'track.busy' })
    await ended(again.id)
    await assert.rejects(reset('other'), { code: 'request.invalid' })
    const plan = () => api.call('GET /api/v1/track/reset', { query: { project: 'default' } })
    assert.deepEqual(await plan(), { sessions: 3, edits: 1, clips: 0, uploads: 0 }, 'the clip is used elsewhere')
    const { sessions, edits, blobs } = await reset('default')
    assert.deepEqual([sessions, edits, blobs > 0], [3, 1, true])
    assert.deepEqual(await plan(), { sessions: 0, edits: 0, clips: 0, uploads: 0 })
    assert.equal((await api.open('GET /api/v1/sessions/{id}/tracks', { params: { id: other.best! } })).status, 200)
    assert.equal((await open(join(footage, 'reset.mp4'))).sessions, 1)
  })
})
