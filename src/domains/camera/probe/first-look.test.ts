import { test } from 'node:test'
import assert from 'node:assert/strict'
import { makeFootage } from '#test/footage/footage.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { shape, shifted, shotOf } from '../motion/test-shots.ts'
import { contrastEstimate, motionIntensity } from './first-look.ts'

test('motion counts over the first 30 frames alone', () => {
  // Turns by 0.3 degrees a frame for 30 frames, then three times as fast.
  const shot = shotOf((f) => ({ yaw: f < 30 ? 0.3 * f : 9 + 0.9 * (f - 30) }), { frames: 50, noisePx: 0 })
  const perFrame = (0.3 * Math.PI * 800) / 180 / shape.widthPx
  assert.ok(Math.abs(motionIntensity(shot, shape, 0)! / perFrame - 1) < 0.15)
  assert.ok(Math.abs(motionIntensity(shifted(shot, 400), shape, 400)! / perFrame - 1) < 0.15)
  assert.ok(motionIntensity(shot, shape, 25)! > 2 * perFrame)
  assert.equal(motionIntensity([], shape, 0), null)
})

test('few corners stand out where there is little to see, none in black', async () => {
  const kernel = await createWasmKernel()
  const frame = (scene: 'street' | 'bare') => makeFootage({ frames: 1, samples: 1, scene }).frame(0)
  const [street, bare] = [contrastEstimate(kernel, frame('street')), contrastEstimate(kernel, frame('bare'))]
  assert.ok(street.corners > bare.corners && bare.corners > 0, `${street.corners} and ${bare.corners}`)
  const sum = Object.values(street.regions).reduce<number>((total, n) => total + (n ?? 0), 0)
  assert.equal(sum, street.corners)
  const black = { ...frame('bare'), luma: new Uint8Array(320 * 180) }
  assert.equal(contrastEstimate(kernel, black).corners, 0)
})
