/**
 * Makes the demo clip of the sample project: sample/clips/walk.mp4 with its truth beside it. It is rendered by the test
 * footage's own renderer, so that anyone can make it again without Blender; encoding needs ffmpeg with libx264.
 *
 * Run: node bench/tracking/make-demo.ts [--out DIR]
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeFootage } from '#test/footage/footage.ts'
import { writeClip } from './write-clip.ts'

const { values } = parseArgs({
  options: { out: { type: 'string', default: fileURLToPath(new URL('../../sample/clips', import.meta.url)) } },
})
const clip = makeFootage({ seed: 3, widthPx: 640, heightPx: 360, frames: 48, scene: 'room', samples: 16, speed: 0.9 })
await writeClip(clip, values.out, 'walk', { preset: 'veryslow', crf: 19 })
