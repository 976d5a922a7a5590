/**
 * The estimators, in CPU time after warm-up. Usage: node bench/estimate.ts [--rounds 200]
 */
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import { fivePoint } from '#track/estimate/five-point.ts'
import { robustHomography } from '#track/estimate/homography.ts'
import { chooseMotion } from '#track/estimate/model-selection.ts'
import { p3p } from '#track/estimate/p3p.ts'
import { robustPose } from '#track/estimate/resect.ts'
import { all, focalPx, makePair } from '#track/estimate/test-pairs.ts'
import { nearestToRays } from '#track/estimate/triangulate.ts'
import { robustRelativePose } from '#track/estimate/two-view.ts'
import type { Intrinsics } from '#track/geometry/intrinsics.ts'
import { cameraOf, projectAll, raysOf } from '#track/geometry/projection.ts'
import { applyTransposed3, unit } from '#track/geometry/linear.ts'
import { centreOf, identity3 } from '#track/geometry/rigid3.ts'
import { machine } from './machine.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } })
const rounds = Number(values.rounds)

/** Prints the CPU microseconds of one call: the median of nine batches. */
function measure(name: string, calls: number, call: (round: number) => unknown): void {
  for (let i = 0; i < calls; i++) call(i)
  const batches = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage()
    for (let i = 0; i < calls; i++) call(i)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / calls
  })
  batches.sort((a, b) => a - b)
  console.log(`${name.padEnd(52)} ${batches[4]!.toFixed(2).padStart(10)} µs`)
}

const pairs = Array.from({ length: 20 }, (_, seed) => makePair({ seed, count: 300, noisePx: 0.3, outliers: 0.4 }))
const pairAt = (round: number) => pairs[round % pairs.length]!
const options = (round: number) => ({ threshold: 2 / focalPx, rng: seededRng(round) })

console.log(machine())
measure('five-point, one sample', 10 * rounds, (round) => {
  const { a, b } = pairAt(round)
  return fivePoint(
    a,
    b,
    all(5).map((i) => 120 + i + (round % 150)),
  )
})
measure('p3p, one sample', 10 * rounds, (round) => {
  const { b, points } = pairAt(round)
  return p3p(b, points, [120 + (round % 150), 125 + (round % 150), 130 + (round % 150)])
})
measure('triangulate, two views', 10 * rounds, (round) => {
  const { a, b, bFromA } = pairAt(round)
  const at = 2 * (120 + (round % 150))
  const [here, there] = [Float64Array.of(a[at]!, a[at + 1]!, 1), Float64Array.of(b[at]!, b[at + 1]!, 1)]
  const direction = [here, applyTransposed3(bFromA.rotation, there)].flatMap((ray) => [...(unit(ray) ?? ray)])
  return nearestToRays({ count: 2, centre: [0, 0, 0, ...centreOf(bFromA)], direction }, 1e-7)
})
measure('relative pose, 300 points, 40 % outliers', rounds / 10, (round) => {
  const { a, b } = pairAt(round)
  return robustRelativePose(a, b, options(round))
})
measure('camera pose, 300 points, 40 % outliers', rounds / 10, (round) => {
  const { b, points } = pairAt(round)
  return robustPose(b, points, options(round))
})
const planes = Array.from({ length: 20 }, (_, seed) =>
  makePair({ seed, count: 300, scene: 'plane', noisePx: 0.3, outliers: 0.4 }),
)
measure('homography, 300 points, 40 % outliers', rounds / 10, (round) => {
  const { a, b } = planes[round % planes.length]!
  return robustHomography(a, b, options(round))
})
measure('turn, plane or depth, 300 points, 40 % outliers', rounds / 10, (round) => {
  const { a, b } = pairAt(round)
  return chooseMotion(a, b, { ...options(round), leastSigma: 0.05 / focalPx, focal: 'known' })
})

const plate = { widthPx: 1920, heightPx: 1080, focalPx: 1500, pixelAspect: 1, principalXPx: 960, principalYPx: 540 }
const lenses: Intrinsics['lens'][] = [
  { model: 'none' },
  { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 },
  { model: 'division', k1: 0.1, k2: 0.02 },
  { model: 'nuke', k1: -0.08, k2: 0.03 },
  { model: 'brown', k1: -0.2, k2: 0.03, k3: 0, k4: 0, p1: 0.003, p2: -0.002 },
]
for (const lens of lenses) {
  const camera = cameraOf({ ...plate, lens })
  const points = Float64Array.from({ length: 3000 }, (_, i) => (i % 3 === 2 ? 1 : 0.5 * Math.sin(i)))
  const pixels = projectAll(camera, identity3(), points)
  measure(`project 1,000 points, lens ${lens.model}`, rounds, () => projectAll(camera, identity3(), points))
  measure(`rays of 1,000 pixels, lens ${lens.model}`, rounds, () => raysOf(camera, pixels))
}
