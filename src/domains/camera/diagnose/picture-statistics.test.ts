import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import { makeFootage } from '#test/footage/footage.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import { pictureStatistics, surveyPictures } from './picture-statistics.ts'
import { pictureChange } from './scene-cuts.ts'

const clip = makeFootage({ frames: 6, samples: 1, cutAt: 3 })
const sharp = clip.frame(0)

/** Smeared to the side over so many pixels. */
function smeared(frame: LumaFrame, over: number): LumaFrame {
  const { widthPx, luma } = frame
  const blurred = (luma as Uint8Array).map((_, at) => {
    const x = at % widthPx
    let sum = 0
    for (let k = 0; k < over; k++) sum += luma[at - x + Math.min(widthPx - 1, x + k)]!
    return sum / over
  })
  return { ...frame, luma: blurred }
}

suite('what a picture looks like', () => {
  test('a smear widens edges along itself and not across', () => {
    const [still, moved] = [pictureStatistics(sharp), pictureStatistics(smeared(sharp, 9))]
    assert.ok(still.edgeWidthX! < 3 && still.edgeWidthY! < 3, `${still.edgeWidthX} ${still.edgeWidthY}`)
    assert.ok(moved.edgeWidthX! > 1.8 * still.edgeWidthX!, `${moved.edgeWidthX}`)
    assert.ok(moved.edgeWidthY! < 1.4 * still.edgeWidthY!, `${moved.edgeWidthY}`)
  })

  test('contrast goes with the spread of brightness, whatever the depth', () => {
    const { contrast } = pictureStatistics(sharp)
    const faint = { ...sharp, luma: (sharp.luma as Uint8Array).map((value) => 100 + value / 4) }
    const deep = { ...sharp, luma: Uint16Array.from(sharp.luma, (value) => 257 * value) }
    assert.ok(Math.abs(pictureStatistics(faint).contrast / contrast - 0.25) < 0.02)
    assert.ok(Math.abs(pictureStatistics(deep).contrast / contrast - 1) < 0.01)
  })

  test('black has neither', () => {
    const black = pictureStatistics({ ...sharp, luma: new Uint8Array(sharp.luma.length) })
    assert.deepEqual([black.contrast, black.edgeWidthX, black.edgeWidthY], [0, null, null])
  })

  test('a cut changes the picture, a step of a walk does not', () => {
    const [a, b, c] = [1, 2, 3].map((frame) => pictureStatistics(clip.frame(frame)))
    assert.ok(pictureChange(a!, b!) < 0.1, String(pictureChange(a!, b!)))
    assert.ok(pictureChange(b!, c!) > 0.3, String(pictureChange(b!, c!)))
  })

  test('each frame that is asked for is read once, those far apart in a go of their own', async () => {
    const long = makeFootage({ widthPx: 64, heightPx: 36, frames: 100, samples: 1 })
    const read: number[] = []
    const goes: (readonly [number | undefined, number | undefined])[] = []
    const source: FrameSource = {
      ...long,
      async *frames(range = {}) {
        goes.push([range.from, range.to])
        for await (const frame of long.frames(range)) {
          read.push(frame.index)
          yield frame
        }
      },
    }
    const found = await surveyPictures(source, [90, 3, 7, 3], { signal: new AbortController().signal })
    assert.deepEqual(
      found.map(({ frame }) => frame),
      [3, 7, 90],
    )
    assert.deepEqual(goes, [
      [3, 7],
      [90, 90],
    ])
    assert.equal(read.length, 6)
  })
})
