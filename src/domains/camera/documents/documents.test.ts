import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Track } from '#track/tracks.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { solveJson } from '#track/scenes/solve-json.ts'
import { solvedShot } from '#track/scenes/test-solution.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { readSolveDocument } from './solve-document.ts'
import { readTracksDocument } from './tracks-document.ts'

const { solution, tracks: seen } = solvedShot()
const { widthPx, heightPx } = solution.intrinsics
const frames = { from: 0, to: 11 }
const info: ClipInfo = {
  codec: 'h264',
  container: 'mov,mp4',
  widthPx,
  heightPx,
  frameCount: 12,
  frameRate: { numerator: 24, denominator: 1 },
  variableFrameRate: false,
  durationS: 0.5,
  rotationDeg: 0,
  pixelAspect: 1,
  bitDepth: 8,
  interlaced: false,
  decoder: 'ffmpeg',
}
const tracks = seen.map(
  (track, i): Track => ({
    ...track,
    origin: 'detected',
    startFrame: track.frames[0]!,
    correlation: Float32Array.from(track.frames, (_, n) => (n === 0 ? Number.NaN : 0.75)),
    begin: null,
    end: i % 2 === 0 ? null : { frame: track.frames.at(-1)!, reason: 'left-frame' },
  }),
)
const textOf = ({ pieces }: { readonly pieces: () => Iterable<string> }) => [...pieces()].join('')
const settings = defaultSettings(widthPx)
const written = { clip: 'shot', info, frames, settings, changes: [], cuts: [6], detections: [], tracks }
const changed = (text: string, change: (document: Record<string, unknown>) => void): unknown => {
  const document = JSON.parse(text) as Record<string, unknown>
  change(document)
  return document
}

describe('documents of a run, read back', () => {
  test('tracks are what they were', () => {
    const removed = [{ track: tracks[1]!, frame: 4, reason: 'velocity-spike' }]
    const text = textOf(tracksJson({ ...written, disabled: [3, 5], removed }))
    const read = readTracksDocument(JSON.parse(text))
    assert.deepEqual(read, { frames, settings, changes: [], cuts: [6], disabled: [3, 5], tracks, removed })
    assert.equal(textOf(tracksJson({ ...written, ...read! })), text)
    assert.doesNotMatch(textOf(tracksJson(written)), /disabled/)
  })

  test('a solve is what it was, with the shots that were not solved', () => {
    const options: SolveOptions = {
      widthPx,
      heightPx,
      pixelAspect: 1,
      focal: 'unknown',
      focalPx: null,
      motion: 'auto',
      zoom: 'auto',
      lens: { model: 'division', k1: 0.1, k2: 0 },
      principal: 'centre',
      heldOutShare: 0.05,
      seed: 3,
    }
    const shots: readonly Shot[] = [
      { fromFrame: 0, toFrame: 11, result: { ok: true, solution } },
      { fromFrame: 12, toFrame: 20, result: { ok: false, code: 'no-parallax', why: 'It only turned.' } },
    ]
    const text = textOf(solveJson({ clip: 'shot', info, frames, options, shots }))
    const read = readSolveDocument(JSON.parse(text))!
    assert.deepEqual([read.info, read.frames, read.options], [info, frames, options])
    // To the letter: JSON has no -0, so that values are not compared.
    assert.equal(textOf(solveJson({ clip: 'shot', ...read })), text)
  })

  test('what is not in their layout is refused', () => {
    const text = textOf(tracksJson(written))
    const first = (document: Record<string, unknown>) => (document['tracks'] as Record<string, unknown>[])[0]!
    for (const change of [
      (document: Record<string, unknown>) => (document['version'] = 2),
      (document: Record<string, unknown>) => (first(document)['frames'] as number[]).reverse(),
      (document: Record<string, unknown>) => (first(document)['xy'] as number[]).pop(),
      (document: Record<string, unknown>) => delete document['settings'],
    ]) {
      assert.equal(readTracksDocument(changed(text, change)), null)
    }
    assert.equal(readSolveDocument(JSON.parse(text)), null)
    assert.equal(readTracksDocument('tracks'), null)
  })
})
