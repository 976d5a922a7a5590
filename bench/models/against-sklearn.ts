/**
 * Our models against scikit-learn's on the same rows: area under the curve, loss, and CPU seconds of the fit, one thread each, in
 * turn. Usage: node bench/models/against-sklearn.ts --python PYTHON_WITH_SCIKIT_LEARN [--rows 5000,50000] [--rounds 3]
 * [--only boosted,forest,regression,logistic,isotonic]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fitBoostedTrees } from '#learn/models/boosted-trees.ts'
import { calibrated, fitIsotonic } from '#learn/models/calibration.ts'
import { fitForest } from '#learn/models/forest.ts'
import { fitLogistic, predictLogistic } from '#learn/models/logistic.ts'
import { predictTrees } from '#learn/models/tree-model.ts'
import { auc, brier, calibrationError, clippedRmse, logLoss, medianOf } from '#learn/models/metrics.ts'
import { machine } from '../machine.ts'
import { type MadeRows, madeRows } from './made-rows.ts'

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rows: { type: 'string', default: '5000,50000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'boosted,boosted-64,regression,forest,logistic,isotonic' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-'))
const clip = [-1.5, 1.5] as const
const equalSettings = { trees: 200, rate: 0.1, leaves: 31, minLeaf: 20, l2: 1, rowRate: 1, patience: null }

const write = (name: string, numbers: Float64Array) => writeFileSync(join(folder, `${name}.f64`), numbers)

function readPredicted(): Float64Array {
  const bytes = readFileSync(join(folder, 'predicted.f64'))
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

interface Result {
  readonly predicted: Float64Array
  readonly cpuS: number
}

interface PeerResult extends Result {
  readonly version: string
  readonly coefficients?: readonly number[]
  readonly auc?: number
  readonly logLoss?: number
  readonly brier?: number
}

function peer(model: string, bins: number): PeerResult {
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const script = join(import.meta.dirname, 'peer.py')
  const { status, stdout, stderr } = spawnSync(values.python, [script, folder, model, String(bins)], {
    encoding: 'utf8',
    env,
  })
  if (status !== 0) throw new Error(`the peer failed: ${stderr}`)
  return { ...(JSON.parse(stdout) as Omit<PeerResult, 'predicted'>), predicted: readPredicted() }
}

function timed<T>(work: () => T): [T, number] {
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return [value, (user + system) / 1e6]
}

function ours(model: string, { table, success, logError }: MadeRows, test: MadeRows): Result {
  const bins = model === 'boosted-64' ? 64 : 255
  if (model === 'forest') {
    const [forest, cpuS] = timed(() => fitForest(table, success))
    return { predicted: predictTrees(forest!, test.table), cpuS }
  }
  if (model === 'logistic') {
    const [logistic, cpuS] = timed(() => fitLogistic(table, success))
    return { predicted: predictLogistic(logistic!, test.table), cpuS }
  }
  const regression = model === 'regression'
  const [trees, cpuS] = timed(() =>
    regression
      ? fitBoostedTrees(table, logError, { ...equalSettings, bins, loss: 'squared', clip })
      : fitBoostedTrees(table, success, { ...equalSettings, bins, loss: 'logistic' }),
  )
  return { predicted: predictTrees(trees!, test.table), cpuS }
}

const shown = (value: number | null | undefined, digits = 4) =>
  value === null || value === undefined ? '-' : value.toFixed(digits)

function row(model: string, rows: number, train: MadeRows, test: MadeRows) {
  const results = Array.from({ length: Number(values.rounds) }, () => {
    const bins = model === 'boosted-64' ? 64 : 255
    return { own: ours(model, train, test), theirs: peer(model.replace('-64', ''), bins) }
  })
  const { own, theirs } = results[0]!
  const cpu = (side: 'own' | 'theirs') => medianOf(results.map((result) => result[side].cpuS))!
  const scores =
    model === 'regression'
      ? [own, theirs].map(({ predicted }) => [clippedRmse(test.logError, predicted, clip)])
      : [own, theirs].map(({ predicted }) => [
          auc(test.success, predicted),
          logLoss(test.success, predicted),
          calibrationError(test.success, predicted),
        ])
  const metricGap = Math.max(
    Math.abs((theirs.auc ?? 0) - (theirs.auc === undefined ? 0 : auc(test.success, theirs.predicted)!)),
    Math.abs((theirs.logLoss ?? 0) - (theirs.logLoss === undefined ? 0 : logLoss(test.success, theirs.predicted)!)),
    Math.abs((theirs.brier ?? 0) - (theirs.brier === undefined ? 0 : brier(test.success, theirs.predicted)!)),
  )
  const [ownScores, peerScores] = scores.map((parts) => parts!.map((value) => shown(value)).join(' / '))
  const [ownS, peerS] = [cpu('own'), cpu('theirs')]
  console.log(
    `| ${model} | ${rows} | ${ownScores} | ${peerScores} | ${shown(ownS, 2)} | ${shown(peerS, 2)} | ${shown(ownS / peerS, 1)} |`,
  )
  if (theirs.auc !== undefined)
    console.log(`  our metrics of its predictions differ from its own by ${metricGap.toExponential(1)}`)
  if (theirs.coefficients) {
    const fitted = fitLogistic(train.table, train.success)!
    const coefficients = [...fitted.features.map(({ coefficient }) => coefficient), fitted.intercept]
    const gap = Math.max(...coefficients.map((value, i) => Math.abs(value - theirs.coefficients![i]!)))
    console.log(`  coefficients differ by at most ${gap.toExponential(1)}`)
  }
}

/** The calibrated chances of 1,001 raw ones on both sides. */
function compareIsotonic(test: MadeRows) {
  const raw = test.trueChance.map((chance) => Math.round(chance ** 2 * 200) / 200)
  write('raw', raw)
  const theirs = peer('isotonic', 255).predicted
  const fitted = fitIsotonic(test.success, raw)!
  const gap = Math.max(...theirs.map((chance, i) => Math.abs(chance - calibrated(fitted, i / 1000))))
  console.log(`isotonic regression differs by at most ${gap.toExponential(1)}`)
}

try {
  console.log(`machine: ${machine()}; ${new Date().toISOString().slice(0, 10)}; rounds ${values.rounds}`)
  console.log(
    '| model | rows | ours: AUC / log-loss / calibration error (RMSE) | scikit-learn | our CPU s | its CPU s | ratio |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  const test = madeRows(20_000, 'test')
  for (const rows of values.rows.split(',').map(Number)) {
    const train = madeRows(rows, 'train')
    write('x', train.table.values)
    write('y', train.success)
    write(
      'error',
      train.logError.map((value) => Math.min(clip[1], Math.max(clip[0], value))),
    )
    write('test-x', test.table.values)
    write('test-y', test.success)
    for (const model of values.only.split(',')) {
      if (model === 'isotonic') compareIsotonic(test)
      else row(model, rows, train, test)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
