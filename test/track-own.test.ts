/** A person's own tracks over HTTP: sent as a file, kept, and followed on. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Clip } from '#http/contract.ts'
import { startTrackServer, type TrackServer } from './track-server.ts'

let served: TrackServer
let clip: Clip
before(async () => {
  served = await startTrackServer()
  clip = await served.clipAt('own.mp4')
})
after(() => served.close())

async function sent(text: string): Promise<string> {
  const sha256 = createHash('sha256').update(text).digest('hex')
  await served.api.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: new Blob([text]) })
  return sha256
}

test('tracks that a person sends are kept where they were set, and followed on', async () => {
  const { best: first } = await served.solved(clip)
  const { tracks } = await served.tracksOf(first!)
  const long = tracks.filter(({ frames }) => frames.length === 16).slice(0, 3)
  // Only their first four frames are brought; scenes, and so tables, count frames from 1.
  const rows = long.flatMap(({ id, frames, xy }) =>
    frames.slice(0, 4).map((frame, i) => `${frame + 1},mine ${id},${xy[i]!.join(',')}`),
  )
  const { best: second } = await served.solved(clip, { tracks: await sent(['frame,track,x,y', ...rows].join('\n')) })
  const brought = (await served.tracksOf(second!)).tracks.filter(({ origin }) => origin === 'imported')
  assert.equal(brought.length, long.length)
  for (const [i, { frames, xy }] of brought.entries()) {
    const own = long[i]!
    assert.deepEqual(xy.slice(0, 4), own.xy.slice(0, 4))
    assert.ok(frames.length > 8, `followed over ${frames.length} frames`)
    const [x, y] = xy.at(-1)!
    const [thenX, thenY] = own.xy[own.frames.indexOf(frames.at(-1)!)]!
    assert.ok(Math.hypot(x - thenX, y - thenY) < 1, 'to where it was followed before')
  }
})

test('tracks that were not sent are missed at once; those of another clip are told without a place', async () => {
  const unknown = 'a'.repeat(64)
  await assert.rejects(served.track(clip, { tracks: unknown }), { code: 'blob.unknown' })
  const late = await sent('frame,track,x,y\n9000,1,5,5\n')
  const { state, error } = await served.ended((await served.track(clip, { tracks: late })).id)
  assert.deepEqual([state, error?.code], ['failed', 'track.tracks'])
  assert.match(error?.message ?? '', /frames from 0 to 47.*track 0 from frame 8999/)
  assert.ok(!JSON.stringify(error).includes('films of somebody'))
})
