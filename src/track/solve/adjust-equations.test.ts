import assert from 'node:assert/strict'
import { test } from 'node:test'
import { solveCholesky } from '../geometry/dense.ts'
import type { Lens } from '../geometry/intrinsics.ts'
import { type SyntheticOptions, syntheticShot } from '../synthetic.ts'
import { inverseAt } from './adjust-inverse.ts'
import { chooseLasting, lastingBeyond } from './adjust-lasting.ts'
import { type Layout, layoutOf } from './adjust-layout.ts'
import { normalEquations, type ReduceTo } from './adjust-normal.ts'
import { type Measure, measureOf, observe, observePoint, rowsOf } from './adjust-observe.ts'
import { priorsOf } from './adjust-priors.ts'
import { copyOf, type State, stateOf, takeStep, workingIntrinsics } from './adjust-state.ts'
import type { AdjustOptions, Problem } from './problem.ts'
import { base, problemOf } from './test-problem.ts'

const small: Partial<SyntheticOptions> = { frames: 6, liveTracks: 12, path: 'orbit', pixelAspect: 1.1 }

interface Setting {
  readonly name: string
  readonly shot: Partial<SyntheticOptions>
  readonly options: Partial<AdjustOptions>
}

const lenses: readonly Lens[] = [
  { model: 'polynomial', k1: -0.1, k2: 0.02, k3: 0.003 },
  { model: 'division', k1: -0.08, k2: 0.01 },
  { model: 'nuke', k1: -0.05, k2: 0.01 },
  { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0.001, p1: 0.002, p2: -0.001 },
]

const settings: readonly Setting[] = [
  { name: 'all that can be shared', shot: {}, options: { focal: 'shared', radial: 3, principal: true } },
  ...lenses.map((lens): Setting => ({ name: lens.model, shot: { lens }, options: { focal: 'shared', radial: 2 } })),
  {
    name: 'a zoom with a nuke lens',
    shot: { lens: lenses[2]!, zoomToFocalPx: 1100 },
    options: { focal: 'per-camera', focalSmoothness: 1e4 },
  },
  {
    name: 'a turning zoom',
    shot: { path: 'tripod', scene: 'street', zoomToFocalPx: 1100 },
    options: { cameras: 'rotation-only', focal: 'per-camera', principal: true },
  },
  { name: 'resection', shot: {}, options: { points: 'fixed', fixedCameras: [], focal: 'shared' } },
  { name: 'placing points and the lens', shot: {}, options: { cameras: 'fixed', focal: 'shared', radial: 1 } },
  { name: 'two held cameras', shot: {}, options: { fixedCameras: [1, 4], focal: 'per-camera' } },
]

interface Bench {
  readonly problem: Problem
  readonly options: AdjustOptions
  readonly layout: Layout
  readonly state: State
  readonly measure: Measure
}

function benchOf({ shot, options: asked }: Setting, loss: AdjustOptions['loss'] = base.loss): Bench {
  const problem = problemOf(syntheticShot({ ...small, ...shot }), { pose: 0.02, point: 0.1, focal: 1.02 })
  const options = { ...base, ...asked, loss }
  return {
    problem,
    options,
    layout: layoutOf(problem, options, Int32Array.from(problem.cameras.keys())),
    state: stateOf(problem, options),
    measure: measureOf(problem, options),
  }
}

/** Residuals of all observations after a step: of what is laid out, then of the points. */
function residualsAfter({ problem, options, layout, state, measure }: Bench, step: Float64Array): Float64Array {
  const to = copyOf(state)
  const pointStep = new Float64Array(problem.points.length)
  pointStep.set(step.subarray(layout.size))
  takeStep(state, to, layout, workingIntrinsics(problem, options), step.subarray(0, layout.size), pointStep)
  const rows = rowsOf(layout, layout.sightings.most)
  const { start, count } = layout.sightings
  const out = new Float64Array(2 * count)
  for (let p = 0; p + 1 < start.length; p++) {
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      observePoint(to, layout, measure, i, 3 * p, rows, 0)
      out.set(rows.residual.subarray(0, 2), 2 * i)
    }
  }
  return out
}

/** The Jacobian as the adjustment has it, dense: a row for each residual. */
function jacobianOf({ layout, state, measure, problem }: Bench): { width: number; j: Float64Array; r: Float64Array } {
  const { start, count, camera } = layout.sightings
  const { blockSize, blocks, shared, block, size, pointsFree } = layout
  const width = size + (pointsFree ? problem.points.length : 0)
  const j = new Float64Array(2 * count * width)
  const r = new Float64Array(2 * count)
  const rows = rowsOf(layout, layout.sightings.most)
  for (let p = 0; p + 1 < start.length; p++) {
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      observe(state, layout, measure, i, 3 * p, rows, 0)
      for (let row = 0; row < 2; row++) {
        const at = (2 * i + row) * width
        const here = block[camera[i]!]!
        if (here >= 0) j.set(rows.byCamera.subarray(row * blockSize, (row + 1) * blockSize), at + here * blockSize)
        j.set(rows.byShared.subarray(row * shared.length, (row + 1) * shared.length), at + blocks * blockSize)
        if (pointsFree) j.set(rows.byPoint.subarray(3 * row, 3 * row + 3), at + size + 3 * p)
        r[2 * i + row] = rows.residual[row]!
      }
    }
  }
  return { width, j, r }
}

/** Every way to solve the equations: cameras remain, points remain, cameras and the points that are seen for long remain. */
const reductions = (layout: Layout): readonly ReduceTo[] => ['cameras', 'points', lastingBeyond(layout, 3)]

for (const setting of settings) {
  test(`derivatives are those of finite differences: ${setting.name}`, () => {
    const bench = benchOf(setting)
    const { width, j, r } = jacobianOf(bench)
    const directions = bench.options.cameras === 'rotation-only'
    for (let column = 0; column < width; column++) {
      // A direction's length is no unknown: steps along it change nothing once it is made a unit vector again.
      if (directions && column >= bench.layout.size) continue
      const h = 1e-6
      const step = new Float64Array(width)
      step[column] = h
      const after = residualsAfter(bench, step)
      step[column] = -h
      const before = residualsAfter(bench, step)
      for (let row = 0; row < r.length; row++) {
        const difference = (after[row]! - before[row]!) / (2 * h)
        const derivative = j[row * width + column]!
        assert.ok(
          Math.abs(difference - derivative) < 1e-4 * (1 + Math.abs(derivative)),
          `column ${column} row ${row}: ${difference} ${derivative}`,
        )
      }
    }
  })
}

for (const setting of settings.slice(0, 2)) {
  test(`eliminating points gives the step of the whole system: ${setting.name}`, () => {
    const bench = benchOf(setting, { kind: 'cauchy', scalePx: 20 })
    const { layout, state, measure, problem, options } = bench
    const { width, j, r } = jacobianOf(bench)
    const lambda = 1e-3
    const normal = new Float64Array(width * width)
    const right = new Float64Array(width)
    for (let row = 0; row < r.length; row++) {
      for (let a = 0; a < width; a++) {
        const x = j[row * width + a]!
        right[a]! -= x * r[row]!
        for (let b = 0; b <= a; b++) normal[a * width + b]! += x * j[row * width + b]!
      }
    }
    const { sightings, size } = layout
    const idle = (a: number) => {
      const p = Math.floor((a - size) / 3)
      return a >= size && sightings.start[p + 1] === sightings.start[p]
    }
    for (let a = 0; a < width; a++) normal[a * width + a]! = idle(a) ? 1 : normal[a * width + a]! * (1 + lambda)
    assert.ok(solveCholesky(normal, right, width))

    // Without the spring that holds the scale, which is no part of the plain system.
    const plain = { ...layout, scaleCamera: null }
    const priors = priorsOf(problem.cameras.length, options)
    for (const reduceTo of reductions(plain)) {
      const equations = normalEquations(plain, measure, priors, reduceTo)
      equations.linearise(state, lambda)
      const step = new Float64Array(size)
      const pointStep = new Float64Array(problem.points.length)
      assert.ok(equations.solve(lambda, step, pointStep)! > 0)
      const found = Float64Array.of(...step, ...pointStep)
      right.forEach((value, a) => assert.ok(Math.abs(found[a]! - value) < 1e-8 * (1 + Math.abs(value)), `${a}`))
    }
  })
}

for (const setting of [
  settings[0]!,
  { name: 'a turning zoom', shot: settings[6]!.shot, options: { ...settings[6]!.options, focalSmoothness: 0 } },
  settings[9]!,
]) {
  test(`whether points or cameras are eliminated, the step is the same: ${setting.name}`, () => {
    const { layout, state, measure, problem, options } = benchOf(setting, { kind: 'huber', scalePx: 5 })
    const priors = priorsOf(problem.cameras.length, options)
    const [toCameras, ...others] = reductions(layout).map((reduceTo) => {
      const equations = normalEquations(layout, measure, priors, reduceTo)
      const cost = equations.linearise(state, 1e-4)
      const step = new Float64Array(layout.size)
      const pointStep = new Float64Array(problem.points.length)
      const fall = equations.solve(1e-4, step, pointStep)!
      return { cost, fall, steps: [...step, ...pointStep] }
    })
    for (const other of others) {
      assert.ok(Math.abs(toCameras!.cost / other.cost - 1) < 1e-12)
      assert.ok(Math.abs(toCameras!.fall / other.fall - 1) < 1e-9)
      toCameras!.steps.forEach((value, a) => {
        assert.ok(Math.abs(value - other.steps[a]!) < 1e-9 * (1 + Math.abs(value)), `${a}`)
      })
    }
  })
}

test('the inverse of the cameras is that of the whole system, whether points or cameras are eliminated', () => {
  for (const setting of [settings[0]!, { ...settings[6]!, options: { ...settings[6]!.options, focalSmoothness: 0 } }]) {
    const { layout, state, measure, problem, options } = benchOf(setting)
    const priors = priorsOf(problem.cameras.length, options)
    const vector = Float64Array.from({ length: layout.size }, (_, i) => Math.sin(i) * 1e3)
    // What is held has no step: its part of a vector means nothing.
    layout.held.forEach((held, c) => {
      const at = layout.block[c]! * layout.blockSize
      if (held === 1 && at >= 0) vector.fill(0, at, at + layout.poseSize)
    })
    const [a, ...others] = reductions(layout).map((reduceTo) => {
      const inverse = inverseAt(layout, state, measure, priors, 1e-6, reduceTo)!
      const product = vector.slice()
      inverse.multiply(product)
      const units = [0, 7, layout.size - 1].map((column) => {
        const unit = new Float64Array(layout.size)
        unit[column] = 1
        inverse.multiply(unit)
        return unit[column]!
      })
      return { product, units, diagonal: inverse.diagonal() }
    })
    const near = (x: number, y: number) =>
      assert.ok(Math.abs(x - y) < 1e-7 * Math.max(Math.abs(x), Math.abs(y)) + 1e-15, `${x} ${y}`)
    for (const b of others) {
      a!.product.forEach((value, i) => near(value, b.product[i]!))
      a!.diagonal.forEach((value, i) => near(value, b.diagonal[i]!))
    }
    for (const { units, diagonal } of [a!, ...others]) {
      ;[0, 7, layout.size - 1].forEach((column, i) => near(units[i]!, diagonal[column]!))
    }
  }
})

test('the spring that holds the scale changes the cost by nothing, and chooses among equal steps', () => {
  const { layout, state, measure, problem, options } = benchOf(settings[0]!)
  assert.notEqual(layout.scaleCamera, null)
  const priors = priorsOf(problem.cameras.length, options)
  for (const reduceTo of reductions(layout)) {
    const [sprung, plain] = [layout, { ...layout, scaleCamera: null }].map((held) => {
      const equations = normalEquations(held, measure, priors, reduceTo)
      const cost = equations.linearise(state, 1e-9)
      const step = new Float64Array(layout.size)
      return { cost, fall: equations.solve(1e-9, step, new Float64Array(problem.points.length))! }
    })
    assert.equal(sprung!.cost, plain!.cost)
    assert.ok(Math.abs(sprung!.fall / plain!.fall - 1) < 1e-6)
  }
})

test('of a long shot the tracks that last stay in the equations, most others do not', () => {
  const frames = 120
  const shot = syntheticShot({ frames, liveTracks: 24, path: 'orbit', meanLength: 8 })
  const problem = problemOf(shot)
  const { camera, point, xy } = problem.observations
  // Four points that all cameras see, beside the short ones.
  const count = problem.points.length / 3
  const [cameras, points, places]: [number[], number[], number[]] = [[...camera], [...point], [...xy]]
  for (let p = count; p < count + 4; p++) {
    for (let c = 0; c < frames; c++) {
      cameras.push(c)
      points.push(p)
      places.push(100 * (p - count), 200)
    }
  }
  const long: Problem = {
    ...problem,
    points: Float64Array.of(...problem.points, ...problem.points.slice(0, 12)),
    observations: {
      camera: Int32Array.from(cameras),
      point: Int32Array.from(points),
      xy: Float64Array.from(places),
      weight: null,
    },
  }
  const stay = (each: Problem) => {
    const layout = layoutOf(each, base, Int32Array.from(each.cameras.keys()))
    const { lasting } = chooseLasting(layout, priorsOf(each.cameras.length, base))
    return [...lasting.column.keys()].filter((p) => lasting.column[p]! >= 0)
  }
  // Of the others the longest may stay with them.
  const staying = stay(long)
  assert.deepEqual(staying.slice(-4), [count, count + 1, count + 2, count + 3])
  assert.ok(staying.length < 0.05 * count, `${staying.length} of ${count}`)
  assert.deepEqual(stay(problemOf(syntheticShot({ frames: 60, liveTracks: 24, path: 'orbit' }))), [])
})
