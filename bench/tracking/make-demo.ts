/**
 * Makes the demo clip of the sample project: sample/clips/walk.mp4 with its truth beside it. It is rendered by the test
 * footage's own renderer, so that anyone can make it again without Blender; encoding needs ffmpeg with libx264.
 *
 * Run: node bench/tracking/make-demo.ts [--out DIR]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeFootage } from '#test/footage/footage.ts'

const { values } = parseArgs({
  options: { out: { type: 'string', default: fileURLToPath(new URL('../../sample/clips', import.meta.url)) } },
})
mkdirSync(values.out, { recursive: true })

const clip = makeFootage({ seed: 3, widthPx: 640, heightPx: 360, frames: 48, scene: 'room', samples: 16, speed: 0.9 })
const { width, height, fps } = clip.truth
const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(fps), '-i', '-']
const colour = ['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p']
const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv']
// One thread and no encoder's name inside: the same bytes from the same libx264.
const code = ['-c:v', 'libx264', '-preset', 'veryslow', '-crf', '19', '-threads', '1', '-fflags', '+bitexact']
const rest = [...tags, '-movflags', '+faststart', join(values.out, 'walk.mp4')]
const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-y', ...raw, ...colour, ...code, ...rest], {
  stdio: ['pipe', 'inherit', 'inherit'],
})
const closed = once(ffmpeg, 'close')
for (let frame = 0; frame < clip.truth.frame_count; frame++)
  if (!ffmpeg.stdin.write(clip.picture(frame))) await once(ffmpeg.stdin, 'drain')
ffmpeg.stdin.end()
const [status] = (await closed) as [number | null]
if (status !== 0) throw new Error(`ffmpeg ended with status ${status}`)

const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)
const { frames, points, ...head } = { ...clip.truth, clip: 'walk' }
const listed = (items: readonly object[]) => items.map((item) => JSON.stringify(item, rounded)).join(',\n')
const text = `${JSON.stringify(head, rounded).slice(0, -1)},\n"frames":[\n${listed(frames)}\n],\n"points":[\n${listed(points)}\n]}\n`
writeFileSync(join(values.out, 'walk.truth.json'), text)
