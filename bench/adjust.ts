/**
 * How the time of one adjustment grows with the frames of a shot: processor time of one iteration, and of a whole
 * adjustment from poses and points that are a little off. Synthetic tracks of 40 frames on average, 200 at a time, 0.3
 * px of noise.
 *
 * Run: node bench/adjust.ts [--frames 60,125,250,500,1000] [--live 200] [--length 40]
 */
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import { multiply3 } from '#track/geometry/linear.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import { covariance } from '#track/solve/adjust-covariance.ts'
import { adjust } from '#track/solve/adjust.ts'
import type { AdjustOptions, Problem } from '#track/solve/problem.ts'
import { gaussianPair, syntheticShot } from '#track/synthetic.ts'
import { machine } from './machine.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '60,125,250,500,1000' },
    live: { type: 'string', default: '200' },
    length: { type: 'string', default: '40' },
  },
})

const options: AdjustOptions = {
  cameras: 'free',
  points: 'free',
  fixedCameras: [0],
  focal: 'shared',
  radial: 1,
  principal: false,
  focalSmoothness: 0,
  loss: { kind: 'cauchy', scalePx: 1 },
  maxIterations: 30,
  tolerance: 1e-5,
}

function problemOf(frames: number): Problem {
  const { tracks, truth } = syntheticShot({
    frames,
    liveTracks: Number(values.live),
    meanLength: Number(values.length),
    noisePx: 0.3,
    seed: frames,
  })
  const rng = seededRng('off')
  const off = (size: number) => size * gaussianPair(rng)[0]
  return {
    intrinsics: { ...truth.intrinsics, focalPx: 1.05 * truth.intrinsics.focalPx },
    cameras: truth.camFromWorld.map(({ rotation, translation }) => ({
      rotation: multiply3(expSo3(off(1e-3), off(1e-3), off(1e-3)), rotation),
      translation: translation.map((value) => value + off(0.01)),
    })),
    focalsPx: null,
    points: Float64Array.from(truth.points.flatMap((point) => [...point!].map((value) => value + off(0.03)))),
    observations: {
      camera: Int32Array.from(tracks.flatMap(({ frames: seen }) => [...seen])),
      point: Int32Array.from(tracks.flatMap(({ id, frames: seen }) => Array.from(seen, () => id))),
      xy: Float64Array.from(tracks.flatMap(({ xy }) => [...xy])),
      weight: null,
    },
  }
}

async function processorSeconds<T>(work: () => T | Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(started)
  return { seconds: (user + system) / 1e6, result }
}

console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`)
console.log(
  '| frames | points | observations | iterations | ms an iteration | s in all | ms a frame | covariance s | MB |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
await adjust(problemOf(30), options) // compiled before it is timed
for (const frames of values.frames.split(',').map(Number)) {
  const problem = problemOf(frames)
  const { seconds, result } = await processorSeconds(() => adjust(problem, options))
  const sigma = await processorSeconds(() => covariance(result.problem, options))
  const cells = [
    frames,
    problem.points.length / 3,
    problem.observations.camera.length,
    result.iterations,
    ((1000 * seconds) / result.iterations).toFixed(0),
    seconds.toFixed(1),
    ((1000 * seconds) / frames).toFixed(1),
    sigma.seconds.toFixed(1),
    Math.round(process.memoryUsage().rss / 1e6),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
