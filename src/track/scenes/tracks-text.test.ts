import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeScene } from './scene.ts'
import { sceneClip, sceneOf, textOf } from './test-scenes.ts'
import { trackTables } from './tracks-text.ts'

test('the CSV table has every marker, to the last digit that matters', () => {
  const { scene, tracks } = sceneOf({}, { startFrame: 1001 })
  const [head, ...lines] = textOf(trackTables(scene), 'tracks.csv').trimEnd().split('\n')
  assert.equal(head, 'frame,track,x,y,correlation')
  const markers = tracks.flatMap(({ id, frames, xy }) =>
    Array.from(frames, (frame, i) => ({ id, frame, x: xy[2 * i] ?? NaN, y: xy[2 * i + 1] ?? NaN, placed: i === 0 })),
  )
  assert.equal(lines.length, markers.length)
  for (const [i, line] of lines.entries()) {
    const [frame, track, x, y, correlation] = line.split(',')
    const marker = markers[i] ?? assert.fail('too many lines')
    assert.deepEqual([Number(frame), Number(track)], [marker.frame + 1001, marker.id])
    assert.ok(Math.hypot(Number(x) - marker.x, Number(y) - marker.y) < 1e-8)
    assert.equal(correlation, marker.placed ? '' : '0.75')
  }
})

test("3DEqualizer's text counts tracks and markers, y from below", () => {
  const { scene, tracks } = sceneOf()
  const lines = textOf(trackTables(scene), 'tracks-3de.txt').trimEnd().split('\n')
  assert.equal(Number(lines.shift()), tracks.length)
  for (const { id, frames, xy } of tracks) {
    assert.deepEqual(lines.splice(0, 3), [`track_${id}`, '0', String(frames.length)])
    for (const [i, line] of lines.splice(0, frames.length).entries()) {
      const [frame, x, y] = line.split(' ').map(Number)
      assert.equal(frame, (frames[i] ?? NaN) + 1)
      assert.ok(Math.hypot((x ?? NaN) - xy[2 * i]!, (y ?? NaN) - (540 - xy[2 * i + 1]!)) < 1e-8)
    }
  }
  assert.deepEqual(lines, [])
})

test('of a shot of a cut clip there are only the markers within it', () => {
  const { solution, tracks } = sceneOf()
  const scene = makeScene({ ...solution, fromFrame: 4, toFrame: 6 }, tracks, sceneClip)
  const frames = textOf(trackTables(scene), 'tracks.csv')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]))
  assert.deepEqual([...new Set(frames)].sort(), [5, 6, 7])
})
