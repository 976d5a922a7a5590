import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placementText } from '#track/scenes/placement.ts'
import type { SolvedShot } from '../track-data.ts'
import {
  changed,
  exportPlacement,
  freshScene,
  keepScene,
  laidScene,
  listenToScenes,
  placementOf,
  redone,
  resetScene,
  sceneKey,
  undone,
} from './laid-scene.ts'
import { withOrigin } from './orientation.ts'

const shot = { fromFrame: 0, cameras: [] } as unknown as SolvedShot

test('steps are undone and done again, and a new step forgets what was undone', () => {
  const start = freshScene([])
  const once = changed(start, { hasFloor: true })
  const twice = changed(once, { isMetric: true })
  assert.equal(undone(start), start)
  assert.equal(redone(twice), twice)
  assert.deepEqual(undone(undone(twice)).now, start.now)
  assert.deepEqual(redone(redone(undone(undone(twice)))), twice)
  assert.deepEqual(changed(undone(twice), { hasFloor: false }).future, [])
})

test('an export is told of a placement only where somebody changed it', () => {
  const start = freshScene([])
  assert.equal(placementOf(start), null)
  assert.equal(placementOf(changed(start, { objects: [] })), null)
  const moved = changed(start, {
    orientation: withOrigin(start.now.orientation, Float64Array.of(1, 2, 3)),
    isMetric: true,
  })
  assert.equal(placementOf(moved), moved.now.orientation)
  assert.equal(placementOf(undone(moved)), null)
})

test('each shot of each attempt has its own scene, and listeners hear of changes', () => {
  const key = sceneKey('session-1', shot)
  assert.notEqual(key, sceneKey('job-1', shot))
  assert.equal(laidScene(key, shot), laidScene(key, shot), 'the same object, or a page would draw for ever')
  let heard = 0
  const stop = listenToScenes(() => heard++)
  keepScene(key, changed(laidScene(key, shot), { hasFloor: true }))
  assert.equal(laidScene(key, shot).now.hasFloor, true)
  assert.equal(exportPlacement('session-1', shot), null)
  const orientation = withOrigin(laidScene(key, shot).now.orientation, Float64Array.of(0, 0, 2))
  keepScene(key, changed(laidScene(key, shot), { orientation }))
  assert.equal(exportPlacement('session-1', shot), placementText(orientation))
  resetScene(key)
  stop()
  resetScene(key)
  assert.equal(laidScene(key, shot).now.hasFloor, false)
  assert.equal(heard, 3)
})
