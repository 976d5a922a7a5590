/**
 * Fits the weights of the solver's confidence, and says how good it is on problems that took no part in the fit.
 *
 *   node bench/tracking/confidence.ts make --out ROWS.json [--first 1] [--count 200] [--drawn DIR]
 *                                                                                      problems solved and judged
 *   node bench/tracking/confidence.ts fit ROWS.json…                                   prints confidence-weights.ts
 *   node bench/tracking/confidence.ts judge ROWS.json…                                 Brier score, reliability, verdicts
 *
 * With `--drawn` the tracks are followed through drawn pictures, once: they are kept in the folder.
 *
 * A solution is right when 95 % of the cameras stand, the path's error is at most 1 % of its length, mean rotation is within 0.5
 * degrees and the focal length within 2 %; a path where the camera only turned is wrong. Of one that says that the camera turns no path is judged where all is far away.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fitLogistic } from '#learn/models/logistic.ts'
import { tableOf } from '#learn/models/table.ts'
import { judge } from '#track/judge.ts'
import type { Solution } from '#track/solution.ts'
import { confidenceOf, type Signs } from '#track/solve/confidence.ts'
import { weights } from '#track/solve/confidence-weights.ts'
import { solveCamera } from '#track/solve/solve-camera.ts'
import { machine } from '../machine.ts'
import { drawnProblems } from './confidence-drawn.ts'
import { problemOf, type Problem } from './confidence-problems.ts'

interface Row {
  readonly seed: number
  /** Of a drawn clip, which of its shots and pieces. */
  readonly part: number
  readonly kind: string
  readonly right: boolean
  /** null: the solver says itself that it has no solution. */
  readonly signs: Signs | null
  readonly isGuess: boolean
  readonly solvedShare: number
  /** Of the focal length that was found: logarithm of found over true, and its standard deviation; null where none was. */
  readonly focal: { readonly error: number; readonly sigma: number } | null
  /** What was found, for reading. */
  readonly found: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    first: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    drawn: { type: 'string' },
  },
})
const [command, ...paths] = positionals
const ctx = { signal: new AbortController().signal, progress: () => undefined }

async function rowOf(seed: number, part: number, problem: Problem): Promise<Row> {
  const { kind, tracks, options, truth, isHopeless, isFar } = problem
  const result = await solveCamera(tracks, options, ctx)
  const none = { seed, part, kind, right: false, signs: null, isGuess: false, solvedShare: 0, focal: null }
  if (!result.ok) return { ...none, found: result.code }
  const { solution } = result
  const verdict = judge(solution.cameras, truth)
  if (verdict === null || solution.signs === undefined) return { ...none, found: 'fewer than two cameras' }
  const isPathMadeUp = verdict.positionShare === null && solution.motion === 'general'
  const pathShare = isFar && solution.motion === 'tripod' ? 0 : (verdict.positionShare ?? 0)
  const { solvedShare, rotationMeanDeg, focalMeanShare } = verdict
  const right =
    !isHopeless &&
    !isPathMadeUp &&
    solvedShare >= 0.95 &&
    pathShare <= 0.01 &&
    rotationMeanDeg <= 0.5 &&
    focalMeanShare <= 0.02
  const found = [
    `${solution.motion}${solution.zoom ? ', zoom' : ''}`,
    `path ${(100 * pathShare).toFixed(2)} %`,
    `rotation ${rotationMeanDeg.toFixed(3)}`,
    `focal ${(100 * focalMeanShare).toFixed(2)} %`,
    `${options.focal} focal`,
    `cameras ${(100 * solvedShare).toFixed(0)} %`,
    `${solution.points.length} of ${tracks.length} tracks`,
    `${solution.errorPx.toFixed(2)} px`,
  ].join(', ')
  const signs = solution.signs as Signs
  const isGuess = solution.notes.some((note) => /guess|hardly shows/.test(note))
  const isFound = !isHopeless && !isGuess && options.focal !== 'fixed' && solution.focalSigmaPx !== null
  const focal = isFound ? focalOf(solution, truth) : null
  return { seed, part, kind, right, signs, isGuess, solvedShare, focal, found }
}

function focalOf({ cameras, focalSigmaPx, intrinsics }: Solution, { focalsPx }: Problem['truth']): Row['focal'] {
  const error = cameras.reduce((sum, { frame, focalPx }) => sum + Math.log(focalPx / focalsPx[frame]!), 0)
  return { error: error / cameras.length, sigma: (focalSigmaPx ?? NaN) / intrinsics.focalPx }
}

const names = Object.keys(weights.of) as (keyof Signs)[]
const chanceOf = ({ signs, isGuess, solvedShare }: Row) =>
  signs === null ? 0 : confidenceOf(signs, isGuess, solvedShare)

/** A sign that would come out with a weight against what it means takes no part. */
const MORE_IS_BETTER = new Set<string>(['length', 'points', 'frames', 'bridge', 'depth', 'relief', 'shift', 'sweep'])
const EITHER = new Set<string>(['tripod', 'zoom', 'known', 'knownTurn'])

function fit(rows: readonly Row[]): typeof weights {
  // What is capped anyway has nothing to say about the rest.
  const fair = rows.filter(({ signs, isGuess, solvedShare }) => signs !== null && !isGuess && solvedShare >= 0.95)
  let used = names
  for (;;) {
    const table = tableOf(
      used,
      fair.map(({ signs }) => used.map((name) => signs![name])),
    )
    const model = fitLogistic(
      table,
      fair.map(({ right }) => (right ? 1 : 0)),
      { l2: 1 },
    )!
    const of = Object.fromEntries(names.map((name) => [name, 0])) as Record<keyof Signs, number>
    let { intercept } = model
    for (const { name, coefficient, mean, deviation } of model.features) {
      if (deviation === 0) continue
      of[name as keyof Signs] = coefficient / deviation
      intercept -= (coefficient / deviation) * mean
    }
    const wrong = used.filter((name) => !EITHER.has(name) && of[name] * (MORE_IS_BETTER.has(name) ? 1 : -1) < 0)
    if (wrong.length === 0) return { intercept, of }
    used = used.filter((name) => name !== wrong[0])
  }
}

function printFit(rows: readonly Row[]): void {
  const { intercept, of } = fit(rows)
  console.log(`  intercept: ${Number(intercept.toFixed(3))},\n  of: {`)
  for (const name of names) console.log(`    ${name}: ${Number(of[name].toFixed(3))},`)
  console.log('  },')
}

const BINS = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1]

function report(rows: readonly Row[]): void {
  const mean = (of: readonly Row[], value: (row: Row) => number) => of.reduce((s, row) => s + value(row), 0) / of.length
  const rightShare = mean(rows, (row) => Number(row.right))
  const brier = (chance: (row: Row) => number) => mean(rows, (row) => (chance(row) - Number(row.right)) ** 2)
  const solved = rows.filter((row) => row.signs !== null)
  console.log(`${rows.length} problems, ${solved.length} with a solution, ${(100 * rightShare).toFixed(0)} % right`)
  console.log(`Brier score ${brier(chanceOf).toFixed(3)}; of the mean alone ${brier(() => rightShare).toFixed(3)}\n`)
  console.log('| told | problems | mean told | right |\n| --- | --- | --- | --- |')
  for (const [i, low] of BINS.slice(0, -1).entries()) {
    const high = BINS[i + 1]!
    const within = solved.filter((row) => chanceOf(row) >= low && (chanceOf(row) < high || high === 1))
    if (within.length === 0) continue
    const told = mean(within, chanceOf).toFixed(2)
    console.log(
      `| ${low} to ${high} | ${within.length} | ${told} | ${mean(within, (r) => Number(r.right)).toFixed(2)} |`,
    )
  }
  const missed = rows.filter((row) => row.right && chanceOf(row) < 0.5)
  const fooled = rows.filter((row) => !row.right && chanceOf(row) >= 0.5)
  const wrong = rows.filter((row) => !row.right).length
  console.log(
    `\nverdict at 0.5: ${fooled.length} of ${wrong} wrong ones called right, ${missed.length} of ${rows.length - wrong} right ones doubted; ${(100 * (1 - (missed.length + fooled.length) / rows.length)).toFixed(1)} % of verdicts right`,
  )
  const scatter = rows.flatMap(({ focal }) => (focal === null ? [] : [Math.abs(focal.error) / focal.sigma]))
  const within = (times: number) => ((100 * scatter.filter((z) => z <= times).length) / scatter.length).toFixed(0)
  console.log(
    `focal length off by less than its standard deviation in ${within(1)} %, than twice in ${within(2)} % of ${scatter.length}`,
  )
  if (values.out === undefined) return
  for (const row of [...fooled, ...missed])
    console.log(row.right ? 'doubted' : 'fooled', chanceOf(row).toFixed(2), row.seed, row.kind, '|', row.found)
}

const read = (files: readonly string[]) => files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Row[])

if (command === 'make') {
  const { out } = values
  if (out === undefined) throw new Error('expected --out FILE, found none')
  const rows = existsSync(out) ? read([out]) : []
  const known = new Set(rows.map(({ seed }) => seed))
  for (let i = 0; i < Number(values.count); i++) {
    const seed = Number(values.first) + i
    if (known.has(seed)) continue
    const problems = values.drawn === undefined ? [problemOf(seed)] : await drawnProblems(seed, values.drawn)
    for (const [part, problem] of problems.entries()) rows.push(await rowOf(seed, part, problem))
    writeFileSync(out, JSON.stringify(rows))
  }
} else if (command === 'fit') printFit(read(paths))
else if (command === 'judge') {
  console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`)
  report(read(paths))
} else throw new Error('expected make, fit or judge')
