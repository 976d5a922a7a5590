import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pixelPlan } from './pixel-plan.ts'

const plan = (pixelFormat: string, colourRange: string | null = null, codec = 'h264') =>
  pixelPlan({ pixelFormat, colourRange, codec, rotationDeg: 0 })

/** FFmpeg's names say the depth in many ways. */
const depths = {
  8: [
    'yuv420p',
    'yuvj422p',
    'nv12',
    'nv21',
    'uyvy422',
    'gray',
    'pal8',
    'rgb24',
    'bgra',
    'gbrp',
    'ya8',
    'yuva420p',
    'rgb555le',
  ],
  9: ['yuv420p9le'],
  10: ['yuv420p10le', 'yuva444p10le', 'gray10le', 'p010le', 'p210le', 'y210le', 'nv20le', 'gbrp10le', 'x2rgb10le'],
  12: ['yuv422p12be', 'gray12le', 'p012le', 'gbrp12le', 'gbrap12le', 'xyz12le'],
  16: ['yuv420p16le', 'gray16be', 'p016le', 'rgb48be', 'rgba64le', 'gbrp16le', 'ya16be', 'bayer_rggb16le'],
  32: ['gbrpf32le', 'gbrapf32le', 'grayf32le'],
}

test('the depth is read from the name of the pixel format', () => {
  for (const [depth, names] of Object.entries(depths)) {
    for (const name of names) assert.equal(plan(name).depth, Number(depth), name)
  }
})

test('video is of limited range unless it says so; gray pictures and RGB are of full range', () => {
  const black = (found: ReturnType<typeof plan>) => found.luma(Uint8Array.of(16, 16, 16), 1)[0]
  assert.equal(black(plan('yuv420p')), 0)
  assert.equal(black(plan('gray')), 0)
  assert.equal(black(plan('yuv420p', 'pc')), 16)
  assert.equal(black(plan('yuvj420p')), 16)
  assert.equal(black(plan('gray', null, 'png')), 16)
  assert.equal(black(plan('gray', 'tv', 'ffv1')), 0)
  assert.equal(black(plan('rgb24', null, 'png')), 16)
})
