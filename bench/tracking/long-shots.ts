/**
 * How the time of a solve grows with the length of a shot: synthetic tracks with noise and wrong ones, five new tracks a
 * frame, each about 30 frames long, from a focal length 30 % too long. The bar: 1,000 frames with 5,000 tracks in 60 s,
 * and time about in proportion to frames.
 *
 * Run: node bench/tracking/long-shots.ts [--frames 125,250,500,1000]
 */
import { parseArgs } from 'node:util'
import type { Vector } from '#test/footage/truth.ts'
import { centreOf } from '#track/geometry/rigid3.ts'
import { solveCamera } from '#track/solve/solve-camera.ts'
import { syntheticShot } from '#track/synthetic.ts'
import { machine } from '../machine.ts'
import { similarity } from './similarity.ts'

const { values } = parseArgs({ options: { frames: { type: 'string', default: '125,250,500,1000' } } })
const lengths = values.frames.split(',').map(Number)

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`)
console.log('| frames | tracks | positions | solve s | processor s | ms a frame | error px | path ‰ | focal % | MB |')
console.log('|---|---|---|---|---|---|---|---|---|---|')
const times: { readonly frames: number; readonly seconds: number }[] = []
for (const frames of lengths) {
  const { tracks, truth } = syntheticShot({
    seed: frames,
    frames,
    liveTracks: 90,
    meanLength: 30,
    noisePx: 0.2,
    grossShare: 0.03,
    slidingShare: 0.03,
  })
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
  const said = result.ok ? accuracy(result.solution.cameras, truth.camFromWorld.map(centreAsVector)) : [result.why]
  const focal = result.ok ? Math.abs(result.solution.intrinsics.focalPx / truth.intrinsics.focalPx - 1) * 100 : NaN
  const cells = [
    frames,
    tracks.length,
    positions,
    seconds.toFixed(1),
    ((user + system) / 1e6).toFixed(1),
    ((1000 * seconds) / frames).toFixed(1),
    result.ok ? result.solution.errorPx.toFixed(3) : '-',
    ...said,
    focal.toFixed(2),
    (process.memoryUsage.rss() / 2 ** 20).toFixed(0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
console.log(`\n${plot(times)}`)

function centreAsVector(camFromWorld: Parameters<typeof centreOf>[0]): Vector {
  const [x = NaN, y = NaN, z = NaN] = centreOf(camFromWorld)
  return [x, y, z]
}

/** Root mean square distance from the true path after the best similarity, in thousandths of its length. */
function accuracy(
  cameras: readonly { readonly frame: number; readonly camFromWorld: Parameters<typeof centreOf>[0] }[],
  truth: readonly Vector[],
): string[] {
  const from = cameras.map((c) => centreAsVector(c.camFromWorld))
  const to = cameras.map((c) => truth[c.frame] ?? nowhere)
  const { apply } = similarity(from, to)
  const off = from.map((p, i) => distance(apply(p), to[i] ?? nowhere) ** 2)
  const length = truth.reduce((sum, p, i) => sum + distance(p, truth[i - 1] ?? p), 0)
  return [((1000 * Math.sqrt(off.reduce((a, b) => a + b, 0) / off.length)) / length).toFixed(2)]
}

const nowhere: Vector = [NaN, NaN, NaN]

function distance(a: Vector, b: Vector): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
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
