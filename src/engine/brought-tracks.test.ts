import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { Track } from '#track/tracks.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { broughtTracks, tracksFromFile } from './brought-tracks.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-brought-'))
})
after(() => rm(dir, { recursive: true }))

const info = { widthPx: 640, heightPx: 360, frameCount: 20 } as ClipInfo
const track: Track = {
  id: 7,
  origin: 'detected',
  startFrame: 3,
  frames: Int32Array.of(3, 4, 6),
  xy: Float64Array.of(10.5, 20, 11, 21, 12, 22.25),
  correlation: Float32Array.of(Number.NaN, 0.5, 0.75),
  begin: { frame: 3, reason: 'range-end' },
  end: { frame: 6, reason: 'drift' },
}

async function read(text: string, startFrame = 1): Promise<readonly Track[]> {
  const path = join(dir, 'tracks')
  await writeFile(path, text)
  return broughtTracks({ ownTracks: tracksFromFile(path), startFrame }, info)
}

test('tracks.json is read back; an end that only the range made is open again', async () => {
  const settings = defaultSettings(640)
  const document = { clip: 'a', info, frames: { from: 0, to: 9 }, settings, changes: [], cuts: [], detections: [] }
  const text = [...tracksJson({ ...document, tracks: [track] }).pieces()].join('')
  assert.deepEqual(await read(text), [{ ...track, origin: 'imported', begin: null }])
})

test('tracks.csv is read as it is exported, in any order, and is open at both ends', async () => {
  const text = 'frame,track,x,y,correlation\n5,7,11,21,0.5\n4,7,10.5,20,\n7,7,12,22.25,0.75\n4,9,1,2,1\n'
  const [one, two] = await read(text)
  assert.deepEqual(one, { ...track, id: 0, origin: 'imported', begin: null, end: null })
  assert.equal(two?.frames[0], 3)
  const short = await read('track,frame,y,x\na,1001,2,1\n', 1001)
  assert.deepEqual([short[0]?.frames[0], ...(short[0]?.xy ?? [])], [0, 1, 2])
})

test('what is not understood, or belongs to another clip, is told with its place', async () => {
  const wrong: readonly (readonly [RegExp, string])[] = [
    [/columns frame, track, x, y.*"a,b"/, 'a,b\n1,2'],
    [/two numbers.*line 3/, 'frame,track,x,y\n1,1,1,1\n2,1,,1'],
    [/two of track 1 in frame 0/, 'frame,track,x,y\n1,1,1,1\n1,1,2,2'],
    [/frames from 0 to 19.*frame 20/, 'frame,track,x,y\n21,1,1,1'],
    [/640 x 360.*5000/, 'frame,track,x,y\n1,1,5000,1'],
    [/another layout/, '{"format":"hindsight-solve"}'],
    [/text that is none/, '{'],
  ]
  for (const [message, text] of wrong) await assert.rejects(read(text), message)
  await assert.rejects(
    broughtTracks({ ownTracks: tracksFromFile(join(dir, 'none')), startFrame: 1 }, info),
    /file\.missing/,
  )
})
