/**
 * Bundle adjustment: cameras, points and lens are changed together until the points, seen through the cameras, lie
 * where they were observed. Levenberg-Marquardt (Marquardt 1963) with the damping steered by the gain ratio (Nielsen
 * 1999), robust by reweighting, points eliminated, cameras by Cholesky inside the envelope of what they see in common.
 *
 * The same function resects many cameras (points fixed), places many points (cameras fixed) and adjusts a turning
 * camera.
 */
import type { Context } from '#core/context.ts'
import { turn } from '#core/turn.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { areApart, gatherViews, viewsOf } from './adjust-apart.ts'
import { type Layout, layoutOf } from './adjust-layout.ts'
import { type NormalEquations, normalEquations } from './adjust-normal.ts'
import { costOf, type Measure, measureOf, type Rows, rowsOf } from './adjust-observe.ts'
import { settlePoints } from './adjust-points.ts'
import { type Priors, priorCost, priorsOf } from './adjust-priors.ts'
import { copyOf, problemOf, type State, stateOf, takeStep, workingIntrinsics } from './adjust-state.ts'
import type { Adjusted, AdjustOptions, Problem } from './problem.ts'
import { cameraOrder } from './sparse-order.ts'

const FIRST_DAMPING = 1e-4
const LEAST_DAMPING = 1e-12
const MOST_DAMPING = 1e12
/** Squared pixels for each observation: a cost below this is rounding. */
const LEAST_COST = 1e-24

type Stop = Pick<Context, 'signal'>

/**
 * Adjusts a problem. The input stays as it is; the cost of the result is never higher. Points that fewer than two
 * cameras see, and what is not finite, neither count nor move; nor do points behind a camera pull on it.
 */
export async function adjust(problem: Problem, options: AdjustOptions, ctx?: Stop): Promise<Adjusted> {
  if (!areApart(problem, options)) return await adjustTogether(problem, options, ctx)
  const each: Adjusted[] = []
  for (const view of viewsOf(problem, options)) each.push(await adjustTogether(view.problem, view.options, ctx))
  const sum = (of: (adjusted: Adjusted) => number) => each.reduce((total, adjusted) => total + of(adjusted), 0)
  const worst = (['cancelled', 'iterations', 'no-step'] as const).find((end) => each.some(({ ended }) => ended === end))
  return {
    problem: gatherViews(
      problem,
      options,
      each.map((adjusted) => adjusted.problem),
    ),
    costBefore: sum(({ costBefore }) => costBefore),
    costAfter: sum(({ costAfter }) => costAfter),
    iterations: Math.max(...each.map(({ iterations }) => iterations)),
    ended: worst ?? 'converged',
  }
}

async function adjustTogether(problem: Problem, options: AdjustOptions, ctx?: Stop): Promise<Adjusted> {
  const run = begin(problem, options)
  try {
    return await stepByStep(run, problem, options, ctx)
  } finally {
    run.equations.leave()
  }
}

async function stepByStep(run: Run, problem: Problem, options: AdjustOptions, ctx?: Stop): Promise<Adjusted> {
  const costBefore = run.cost / 2
  let ended: Adjusted['ended'] = 'iterations'
  let iterations = 0
  while (iterations < options.maxIterations) {
    await turn()
    if (ctx?.signal.aborted) {
      ended = 'cancelled'
      break
    }
    iterations++
    const outcome = iterate(run, options.tolerance)
    if (outcome === 'more') continue
    ended = outcome
    break
  }
  return {
    problem: problemOf(run.state, problem, run.layout, options),
    costBefore,
    costAfter: run.cost / 2,
    iterations,
    ended,
  }
}

interface Run {
  readonly intrinsics: Intrinsics
  readonly layout: Layout
  readonly priors: Priors
  readonly measure: Measure
  readonly equations: NormalEquations
  readonly rows: Rows
  readonly step: Float64Array
  readonly pointStep: Float64Array
  /** The best so far, and room for the next. */
  state: State
  trial: State
  /** Twice the robust cost of `state`. */
  cost: number
  damping: number
  growth: number
}

function begin(problem: Problem, options: AdjustOptions): Run {
  const coupled = options.points === 'free' && options.cameras !== 'fixed'
  const layout = layoutOf(problem, options, coupled ? cameraOrder(problem) : Int32Array.from(problem.cameras.keys()))
  const priors = priorsOf(problem.cameras.length, options)
  const measure = measureOf(problem, options)
  const state = stateOf(problem, options)
  return {
    intrinsics: workingIntrinsics(problem, options),
    layout,
    priors,
    measure,
    equations: normalEquations(layout, measure, priors),
    rows: rowsOf(layout, layout.sightings.most),
    step: new Float64Array(layout.size),
    pointStep: new Float64Array(problem.points.length),
    state,
    trial: copyOf(state),
    cost: costOf(state, layout, measure) + priorCost(state, priors),
    damping: FIRST_DAMPING,
    growth: 2,
  }
}

/** One linearisation and one step, taken or not. */
function iterate(run: Run, tolerance: number): 'more' | Adjusted['ended'] {
  const { layout, equations, measure, priors, state, trial, step, pointStep } = run
  if (run.cost <= LEAST_COST * layout.sightings.count) return 'converged'
  equations.linearise(state, run.damping)
  const expected = equations.solve(run.damping, step, pointStep)
  if (expected === null) return harder(run)
  // Less than this is lost in the rounding of the cost itself.
  if (expected <= 1e-15 * run.cost) return 'converged'
  takeStep(state, trial, layout, run.intrinsics, step, pointStep)
  const distances = layout.pointsFree ? settlePoints(trial, layout, measure, run.rows) : costOf(trial, layout, measure)
  const cost = distances + priorCost(trial, priors)
  const fall = run.cost - cost
  if (!(fall > 0)) return harder(run)
  // A step that was held short says nothing about how far there is to go.
  const done = fall < tolerance * run.cost && run.damping < 1
  run.damping = Math.max(LEAST_DAMPING, run.damping * Math.max(1 / 3, 1 - (2 * (fall / expected) - 1) ** 3))
  run.growth = 2
  run.state = trial
  run.trial = state
  run.cost = cost
  return done ? 'converged' : 'more'
}

/** A shorter step next time. */
function harder(run: Run): 'more' | 'no-step' {
  run.damping *= run.growth
  run.growth *= 2
  return run.damping < MOST_DAMPING ? 'more' : 'no-step'
}
