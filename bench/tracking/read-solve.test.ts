import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { blenderPlaced, readColmapParts } from './read-solve.ts'

/** A quarter turn about the camera's z: the world's x lies along the picture's y. */
const root = Math.SQRT1_2

test('COLMAP text is read as its format says, part by part', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-read-'))
  try {
    for (const [name, camera] of [
      ['colmap', '1 RADIAL 960 540 800 480 270 -0.1 0.02'],
      ['colmap-2', '1 SIMPLE_PINHOLE 960 540 900 480 270'],
    ] as const) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'cameras.txt'), `# Camera list\n${camera}\n`)
      const first = `8 ${root} 0 0 ${root} 1 2 3 1 frame_000007.png\n10.5 20.5 1 11 21 -1\n`
      const second = '5 1 0 0 0 0 0 -4 1 frame_000004.png\n\n'
      writeFileSync(join(folder, name, 'images.txt'), `# Image list\n${first}${second}`)
    }
    const [a, b] = readColmapParts(folder)
    assert.deepEqual([a?.k1, a?.k2, b?.k1, b?.k2], [-0.1, 0.02, 0, 0])
    assert.deepEqual(
      a?.cameras.map(({ frame, focalPx }) => [frame, focalPx]),
      [
        [4, 800],
        [7, 800],
      ],
    )
    assert.deepEqual(a?.cameras[0]?.centre.map(Math.abs), [0, 0, 4])
    // R = [0 -1 0; 1 0 0; 0 0 1], and the centre is -R^T t.
    const turned = a?.cameras[1]
    const expected = [0, -1, 0, 1, 0, 0, 0, 0, 1]
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((turned?.rotation[i] ?? NaN) - value) < 1e-12)
    for (const [i, value] of [-2, 1, -3].entries()) assert.ok(Math.abs((turned?.centre[i] ?? NaN) - value) < 1e-12)
    assert.equal(b?.cameras[1]?.focalPx, 900)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("Blender's cameras look along -Z with y up; ours along z with y down", () => {
  const cam_to_world = [
    [2, 0, 0, 5],
    [0, 2, 0, 6],
    [0, 0, 2, 7],
    [0, 0, 0, 1],
  ]
  const time = { wall_s: 0, cpu_s: 0 }
  const placed = blenderPlaced({
    why: null,
    time,
    error_px: 1,
    focal_px: 700,
    k1: 0.1,
    k2: 0,
    cameras: [{ frame: 3, cam_to_world }],
  })
  assert.deepEqual(placed?.cameras[0]?.centre, [5, 6, 7])
  assert.deepEqual(
    Array.from(placed?.cameras[0]?.rotation ?? [], (v) => v + 0),
    [1, 0, 0, 0, -1, 0, 0, 0, -1],
  )
  assert.equal(blenderPlaced({ why: 'no', time }), null)
})
