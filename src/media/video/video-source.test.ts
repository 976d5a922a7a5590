import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClipInfo, FrameRange } from '#vision/frames.ts'
import type { DecodedFrame, DecodeRequest, VideoDecoder } from './decoder.ts'
import { pixelPlan } from './pixel-plan.ts'
import { FrameTableBuilder, type StreamFacts } from './survey.ts'
import { videoSource } from './video-source.ts'

const facts: StreamFacts = {
  codec: 'made',
  container: 'made',
  widthPx: 4,
  heightPx: 2,
  pixelFormat: 'gray',
  colourRange: 'pc',
  transfer: null,
  interlaced: false,
  turnDeg: 0,
  pixelAspect: 1,
  timeBase: { numerator: 1, denominator: 100 },
  frameRate: { numerator: 25, denominator: 1 },
  declaredFrames: null,
  declaredDurationS: null,
}
const info: ClipInfo = {
  codec: 'made',
  container: 'made',
  widthPx: 4,
  heightPx: 2,
  frameCount: 12,
  frameRate: facts.frameRate,
  variableFrameRate: false,
  durationS: 0.48,
  rotationDeg: 0,
  pixelAspect: 1,
  bitDepth: 8,
  interlaced: false,
  decoder: 'ffmpeg',
}

/** A stream of 12 frames, a key frame every 5, of which `decode` gives what it likes; the requests are written down. */
function made(decode: (request: DecodeRequest) => Iterable<Partial<DecodedFrame>>, timed = true) {
  const builder = new FrameTableBuilder()
  for (let i = 0; i < info.frameCount; i++) {
    builder.add({ pts: timed ? 4 * i : null, dts: null, duration: 4, key: i % 5 === 0, discarded: false })
  }
  const requests: DecodeRequest[] = []
  const decoder: VideoDecoder = {
    name: 'ffmpeg',
    survey: () => Promise.reject(new Error('not asked')),
    async *decode(request) {
      requests.push(request)
      for (const frame of decode(request)) {
        yield { pts: null, widthPx: 4, heightPx: 2, planes: new Uint8Array(8), ...frame }
      }
    },
  }
  const plan = pixelPlan({ pixelFormat: 'gray', colourRange: 'pc', codec: 'made', rotationDeg: 0 })
  const input = { path: 'made.mkv', format: null, options: {} }
  const survey = { facts, frames: builder.build() }
  const source = videoSource(decoder, { input, inputFrom: null, survey, plan, info })
  const read = async (range: FrameRange) => (await Array.fromAsync(source.frames(range))).map(({ index }) => index)
  return { read, requests }
}

/** What a decoder gives that does as it is told. */
function* obedient({ fromPts, skipFrames, frameCount }: DecodeRequest, timed = true): Generator<Partial<DecodedFrame>> {
  const first = fromPts === null ? skipFrames : fromPts / 4
  for (let i = first; i < Math.min(12, first + (frameCount ?? 12)); i++) yield { pts: timed ? 4 * i : null }
}

test('decoding begins at the key frame before, and the end of the clip is looked for', async () => {
  const { read, requests } = made((request) => obedient(request))
  assert.deepEqual(await read({ from: 7, to: 9 }), [7, 8, 9])
  assert.deepEqual(await read({ from: 4 }), [4, 5, 6, 7, 8, 9, 10, 11])
  assert.deepEqual(
    requests.map(({ seekPts, fromPts, frameCount }) => [seekPts, fromPts, frameCount]),
    [
      [20, 28, 3],
      [null, 16, null],
    ],
  )
})

test('frames without times are counted from the start', async () => {
  const { read, requests } = made((request) => obedient(request, false), false)
  assert.deepEqual(await read({ from: 7, to: 8 }), [7, 8])
  assert.deepEqual([requests[0]!.seekPts, requests[0]!.fromPts, requests[0]!.skipFrames], [null, null, 7])
})

test('a seek that leads elsewhere is made good from the start', async () => {
  const late = made((request) => (request.seekPts === null ? obedient(request) : [{ pts: 40 }, { pts: 44 }]))
  assert.deepEqual(await late.read({ from: 7, to: 9 }), [7, 8, 9])
  const nothing = made((request) => (request.seekPts === null ? obedient(request) : []))
  assert.deepEqual(await nothing.read({ from: 7, to: 9 }), [7, 8, 9])
  assert.deepEqual(
    nothing.requests.map(({ seekPts }) => seekPts),
    [20, null],
  )
})

test('fewer frames, more, others, or none are a fault that says what was found', async () => {
  const cases = [
    [(request: DecodeRequest) => [...obedient(request)].slice(0, 9), '9 of the 12 from frame 0'],
    [(request: DecodeRequest) => [...obedient(request), { pts: 48 }], 'more'],
    [(request: DecodeRequest) => [...obedient(request)].toSpliced(5, 1), 'another frame in place of frame 5'],
    [() => [], '0 of the 12 from frame 0'],
  ] as const
  for (const [decode, found] of cases) {
    await assert.rejects(made(decode).read({}), { code: 'media.frame-count', found })
  }
})

test('a frame of another size is a fault that names it', async () => {
  const { read } = made((request) => [...obedient(request)].with(3, { pts: 12, widthPx: 6 }))
  await assert.rejects(read({}), { code: 'media.frame-size', found: '6 x 2 in frame 3' })
})
