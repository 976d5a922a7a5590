/**
 * Memory of the whole command on a long clip: a short one is run back and forth until it has so many frames, tracked and
 * solved, and the high-water mark (VmHWM) of each process below the command is read from /proc. The bar: 600 MB for 1,000
 * frames of 1080p. Linux, ffmpeg.
 *
 * Run: node bench/tracking/memory.ts CLIP.mp4 [--frames 1000]
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from '../machine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string', default: '1000' } },
})
const [clip] = positionals
if (clip === undefined) throw new Error('expected a clip, found none')
const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-memory-'))
try {
  const long = join(folder, 'long.mp4')
  lengthen(clip, long, Number(values.frames))
  await measure(long)
} finally {
  rmSync(folder, { recursive: true })
}

/** There and back without showing the turning frames twice, again and again. */
function lengthen(from: string, to: string, frames: number): void {
  const turn = '[0:v]split[a][b];[b]reverse,trim=start_frame=1,setpts=PTS-STARTPTS[c];[a][c]concat'
  const there = join(folder, 'there.mp4')
  const code = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-v', 'error', '-i', from, '-filter_complex', `${turn},trim=end_frame=78`, ...code, there])
  const again = ['-stream_loop', '-1', '-i', there, '-frames:v', String(frames)]
  execFileSync('ffmpeg', ['-v', 'error', ...again, ...code, to])
}

async function measure(long: string): Promise<void> {
  const door = fileURLToPath(new URL('../../bin/hindsight.mjs', import.meta.url))
  const args = [door, 'track', long, '--no-record', '--out', join(folder, 'out'), '--json']
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => said.push(part))
  child.stderr.resume()
  const peaks = new Map<string, number>()
  const timer = setInterval(() => {
    if (child.pid !== undefined) watch(String(child.pid), peaks)
  }, 100)
  const [status] = (await once(child, 'close')) as [number | null]
  clearInterval(timer)
  if (status !== 0) throw new Error(`the command ended with status ${status}`)
  const report = JSON.parse(Buffer.concat(said).toString() || '{}') as {
    followMs?: number
    solveMs?: number
    tracks?: number
  }
  const seconds = (ms = NaN) => (ms / 1000).toFixed(1)
  console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}`)
  const times = `${seconds(report.followMs)} s following, ${seconds(report.solveMs)} s solving`
  console.log(`${report.tracks ?? 0} tracks, ${times}, ${seconds(performance.now() - started)} s in all`)
  const largest = (decoders: boolean) =>
    Math.max(0, ...[...peaks].filter(([name]) => name.startsWith('ff') === decoders).map(([, mb]) => mb))
  console.log(
    `high-water marks: engine ${largest(false).toFixed(0)} MB, largest decoder ${largest(true).toFixed(0)} MB`,
  )
}

/** Notes the high-water mark of a process and of all below it. */
function watch(pid: string, peaks: Map<string, number>): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, name = ''] = /^Name:\s*(.*)$/m.exec(status) ?? []
    const [, kb = '0'] = /^VmHWM:\s*(\d+)/m.exec(status) ?? []
    // A process that is ending has no memory any more, and so no mark.
    const key = `${name} ${pid}`
    peaks.set(key, Math.max(peaks.get(key) ?? 0, Number(kb) / 1024))
    for (const task of readdirSync(`/proc/${pid}/task`))
      for (const below of readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
        if (below !== '') watch(below, peaks)
  } catch {
    // It ended between two looks.
  }
}
