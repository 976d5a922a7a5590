/**
 * Frames of luma a second from a video, by ffmpeg's pipe and by node-av, in turn; and what a backward reading costs. CPU
 * time is that of this process and of its children. Usage: node bench/decode.ts [--frames 240] [--size 1920x1080]
 * [--clip FILE, instead of the generated one] [--rounds 3]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openClip } from '#media/clip.ts'
import { machine } from './machine.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '240' },
    size: { type: 'string', default: '1920x1080' },
    rounds: { type: 'string', default: '3' },
    clip: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-'))

/** A moving test picture with seeded grain, so that its packets weigh about as much as those of real footage. */
function makeClip(path: string): string {
  const source = `testsrc2=size=${values.size}:rate=24,noise=alls=6:allf=t:all_seed=1`
  const input = ['-f', 'lavfi', '-i', source, '-frames:v', values.frames]
  const codec = '-c:v libx264 -preset veryfast -crf 20 -bf 2 -pix_fmt yuv420p'.split(' ')
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...input, ...codec, path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the clip could not be made: ${stderr}`)
  return path
}

/** User and system seconds of this process and of those children that have ended; only Linux tells the latter. */
function cpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')
  // utime, stime, cutime, cstime: fields 14 to 17 of proc(5), in hundredths.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}

async function measure(clip: string, decoder: 'ffmpeg' | 'node-av', backwards: boolean) {
  const [startedAt, cpuAt] = [performance.now(), cpuSeconds()]
  const source = await openClip(clip, { decoder })
  const openMs = performance.now() - startedAt
  const last = source.info.frameCount - 1
  let peakBytes = 0
  for await (const frame of source.frames(backwards ? { from: last, to: 0 } : {})) {
    if (frame.index % 8 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  await source.close()
  const wallS = (performance.now() - startedAt) / 1000
  const cpuMs = ((cpuSeconds() - cpuAt) * 1000) / (last + 1)
  return { openMs, fps: (last + 1) / wallS, cpuMs, peakMb: peakBytes / 1e6 }
}

try {
  const clip = values.clip ?? makeClip(join(folder, 'clip.mp4'))
  console.log(`machine: ${machine()}; ${values.clip ?? `${values.frames} generated frames of ${values.size}`}`)
  console.log('decoder   direction  opened in ms  frames/s  CPU ms/frame  peak MB of this process')
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const decoder of round % 2 === 0 ? (['ffmpeg', 'node-av'] as const) : (['node-av', 'ffmpeg'] as const)) {
      for (const backwards of [false, true]) {
        const { openMs, fps, cpuMs, peakMb } = await measure(clip, decoder, backwards)
        const cells = [openMs.toFixed(0).padStart(12), fps.toFixed(1).padStart(8), cpuMs.toFixed(1).padStart(12)]
        console.log(
          `${decoder.padEnd(8)}  ${backwards ? 'backward ' : 'forward  '}  ${cells.join('  ')}  ${peakMb.toFixed(0)}`,
        )
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
