/** Writes test footage as a clip with its truth beside it; encoding needs ffmpeg with libx264. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Truth } from '#test/footage/truth.ts'

/** Footage, or anything that can be drawn with a truth. */
export interface Drawn {
  readonly truth: Truth
  /** Red, green, blue, row by row. */
  picture(index: number): Uint8Array
}

export interface Encoding {
  readonly preset: 'veryslow' | 'medium'
  readonly crf: number
}

/**
 * Makes `NAME.mp4` and `NAME.truth.json` in a folder: the same bytes from the same libx264.
 *
 * @throws when ffmpeg fails
 */
export async function writeClip({ truth, picture }: Drawn, folder: string, name: string, encoding: Encoding) {
  mkdirSync(folder, { recursive: true })
  const { width, height, fps } = truth
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(fps), '-i', '-']
  const colour = ['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p']
  const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv']
  // One thread and no encoder's name inside.
  const effort = ['-preset', encoding.preset, '-crf', String(encoding.crf)]
  const code = ['-c:v', 'libx264', ...effort, '-threads', '1', '-fflags', '+bitexact']
  const rest = [...tags, '-movflags', '+faststart', join(folder, `${name}.mp4`)]
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-y', ...raw, ...colour, ...code, ...rest], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const closed = once(ffmpeg, 'close')
  for (let frame = 0; frame < truth.frame_count; frame++)
    if (!ffmpeg.stdin.write(picture(frame))) await once(ffmpeg.stdin, 'drain')
  ffmpeg.stdin.end()
  const [status] = (await closed) as [number | null]
  if (status !== 0) throw new Error(`ffmpeg ended with status ${status}`)

  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)
  const { frames, points, ...head } = { ...truth, clip: name }
  const listed = (items: readonly object[]) => items.map((item) => JSON.stringify(item, rounded)).join(',\n')
  const text = `${JSON.stringify(head, rounded).slice(0, -1)},\n"frames":[\n${listed(frames)}\n],\n"points":[\n${listed(points)}\n]}\n`
  // Last, so that a clip with its truth beside it is whole.
  writeFileSync(join(folder, `${name}.truth.json`), text)
}
