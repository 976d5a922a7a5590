/**
 * How the time of a solve grows with the length of a shot: synthetic tracks with noise and wrong ones, five new tracks a
 * frame, each about 30 frames long, from a focal length 30 % too long. The bar: 1,000 frames with 5,000 tracks in 60 s,
 * and time about in proportion to frames. With `--lasting` so many points more are followed as long as they can be seen,
 * some of them through the whole shot: they tie all its cameras to one another.
 *
 * Run: node bench/tracking/long-shots.ts [--frames 125,250,500,1000] [--lasting 60]
 */
import { parseArgs } from 'node:util'
import { judge } from '#track/judge.ts'
import { solveCamera } from '#track/solve/solve-camera.ts'
import { type SyntheticShot, syntheticShot } from '#track/synthetic.ts'
import { machine } from '../machine.ts'

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '125,250,500,1000' }, lasting: { type: 'string', default: '0' } },
})
const lengths = values.frames.split(',').map(Number)
const lasting = Number(values.lasting)

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`)
console.log('| frames | tracks | positions | solve s | processor s | ms a frame | error px | path ‰ | focal % | MB |')
console.log('|---|---|---|---|---|---|---|---|---|---|')
const times: { readonly frames: number; readonly seconds: number }[] = []
for (const frames of lengths) {
  const { tracks, truth } = shotOf(frames)
  const started = { wall: performance.now(), cpu: process.cpuUsage() }
  const result = await solveCamera(
    tracks,
    {
      widthPx: truth.intrinsics.widthPx,
      heightPx: truth.intrinsics.heightPx,
      pixelAspect: 1,
      focal: 'refine',
      focalPx: 1.3 * truth.intrinsics.focalPx,
      motion: 'auto',
      zoom: 'auto',
      lens: 'auto',
      principal: 'centre',
      heldOutShare: 0.05,
      seed: 1,
    },
    { signal: new AbortController().signal, progress: () => {} },
  )
  const seconds = (performance.now() - started.wall) / 1000
  const { user, system } = process.cpuUsage(started.cpu)
  times.push({ frames, seconds: (user + system) / 1e6 })
  const positions = tracks.reduce((sum, t) => sum + t.frames.length, 0)
  const verdict = result.ok ? judge(result.solution.cameras, truth) : null
  const cells = [
    frames,
    tracks.length,
    positions,
    seconds.toFixed(1),
    ((user + system) / 1e6).toFixed(1),
    ((1000 * seconds) / frames).toFixed(1),
    result.ok ? result.solution.errorPx.toFixed(3) : '-',
    verdict === null || verdict.positionShare === null ? '-' : (1000 * verdict.positionShare).toFixed(2),
    verdict === null ? '-' : (100 * verdict.focalMeanShare).toFixed(2),
    (process.memoryUsage.rss() / 2 ** 20).toFixed(0),
  ]
  console.log(`| ${cells.join(' | ')} |${result.ok ? '' : ` ${result.why}`}`)
}
console.log(`\n${plot(times)}`)

/** Without tremble, which is drawn anew with each shot, short and lasting tracks are seen by the same cameras. */
function shotOf(frames: number): Pick<SyntheticShot, 'tracks' | 'truth'> {
  const wrong = { noisePx: 0.2, grossShare: 0.03, slidingShare: 0.03 }
  const asked = lasting > 0 ? ({ ...wrong, path: 'orbit', shakeDeg: 0 } as const) : wrong
  const short = syntheticShot({ seed: frames, frames, liveTracks: 90, meanLength: 30, ...asked })
  if (lasting === 0) return short
  const long = syntheticShot({ seed: frames + 1, frames, liveTracks: lasting, ...asked })
  const tracks = [...short.tracks, ...long.tracks.map((track) => ({ ...track, id: track.id + short.tracks.length }))]
  return { tracks, truth: short.truth }
}

/** Bars of processor seconds; a star where the time would be if it grew with the frames from the first length on. */
function plot(rows: readonly { frames: number; seconds: number }[]): string {
  const [first] = rows
  if (!first) return ''
  const straight = (frames: number) => (first.seconds * frames) / first.frames
  const longest = Math.max(...rows.map((r) => Math.max(r.seconds, straight(r.frames))))
  return rows
    .map(({ frames, seconds }) => {
      const at = (s: number) => Math.round((60 * s) / longest)
      const bar = '#'.repeat(at(seconds)).padEnd(62).split('')
      bar[at(straight(frames))] = '*'
      return `${String(frames).padStart(6)} ${bar.join('').trimEnd()} ${seconds.toFixed(1)} s`
    })
    .join('\n')
}
