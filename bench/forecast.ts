/**
 * Fits the forecast's weights, and says how good it is on shots that took no part in the fit.
 *
 *   node bench/forecast.ts make --out ROWS.json [--scenes 200] [--first 1]     generated scenes, solved and judged
 *   node bench/forecast.ts clips --out ROWS.json CLIPS…                        rendered clips with truth beside them
 *   node bench/forecast.ts fit ROWS.json…                                      prints forecast-weights' numbers
 *   node bench/forecast.ts judge [--plot FILE.svg] ROWS.json…                  Brier score and reliability
 *
 * A shot is solved right when 95 % of its cameras stand, the path's error is at most 1 % of its length, rotation is within 0.5
 * degrees and the focal length within 2 %.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import {
  forecastFeatures,
  type ForecastFeatures,
  probabilityOf,
  regressors,
} from '#domains/camera/diagnose/foretell.ts'
import { features, type FeatureName } from '#domains/camera/diagnose/forecast-weights.ts'
import { readTruth, type Truth } from '#test/footage/truth.ts'
import { openKernel } from '#engine/kernel.ts'
import { openClip } from '#media/clip.ts'
import { trackClip } from '#track/track-clip.ts'
import { judge } from '#track/judge.ts'
import { solveCamera } from '#track/solve/solve-camera.ts'
import type { Solution, SolveOptions } from '#track/solution.ts'
import { syntheticShot, type SyntheticOptions } from '#track/synthetic.ts'
import { tracksWithin } from '#track/track-clip.ts'
import { judge3d } from './tracking/judge-3d.ts'
import { machine } from './machine.ts'

interface Row {
  readonly name: string
  readonly features: ForecastFeatures
  readonly right: boolean
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    scenes: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    plot: { type: 'string' },
  },
})
const [command, ...paths] = positionals
const ctx = { signal: new AbortController().signal, progress: () => undefined }

const rightEnough = (share: number, path: number | null, turnDeg: number, focal: number) =>
  share >= 0.95 && (path ?? 0) <= 0.01 && turnDeg <= 0.5 && focal <= 0.02

/** A scene of a seed: from easy to hopeless, one trouble more likely than two. */
function sceneOf(seed: number): { options: Partial<SyntheticOptions>; focal: SolveOptions['focal'] } {
  const rng = seededRng(`forecast ${seed}`)
  const pick = <T>(...from: readonly T[]): T => from[rng.int(from.length)]!
  const between = (low: number, high: number) => low + (high - low) * rng.next()
  const maybe = (chance: number, value: () => number, otherwise: number) => {
    const [drawn, then] = [rng.next(), value()]
    return drawn < chance ? then : otherwise
  }
  const options: Partial<SyntheticOptions> = {
    seed: `forecast ${seed}`,
    path: pick('walk', 'dolly', 'orbit', 'forward', 'tripod', 'handheld'),
    scene: pick('room', 'street', 'facade', 'room', 'street', 'plane', 'far'),
    frames: pick(8, 16, 24, 36, 48, 60),
    liveTracks: Math.round(10 * 20 ** rng.next()),
    meanLength: maybe(0.6, () => between(4, 30), 200),
    noisePx: 0.1 * 20 ** rng.next(),
    grossShare: maybe(0.3, () => between(0, 0.4), 0),
    slidingShare: maybe(0.3, () => between(0, 0.3), 0),
    movers: maybe(0.3, () => 1 + rng.int(3), 0),
    moverShare: between(0.05, 0.6),
    focalPx: between(500, 1500),
    shakeDeg: between(0, 0.5),
    gapShare: maybe(0.2, () => 0.1, 0),
  }
  const focal = pick('fixed', 'refine', 'unknown') as SolveOptions['focal']
  return { options, focal }
}

/** A camera that moves past what is too far away to show it: the tracks are those of a tripod, and nothing can tell. */
const isUndecidable = ({ scene, path }: Partial<SyntheticOptions>) => scene === 'far' && path !== 'tripod'

async function makeRow(seed: number): Promise<Row[]> {
  const { options, focal } = sceneOf(seed)
  if (isUndecidable(options)) return []
  const { tracks, truth, options: made } = syntheticShot(options)
  const { widthPx, heightPx, pixelAspect, focalPx, frames } = made
  const info = { widthPx, heightPx, pixelAspect, frameRate: null }
  const features = forecastFeatures(tracks, info, { fromFrame: 0, toFrame: frames - 1 }, focal)
  const result = await solveCamera(
    tracks,
    { ...solveOptions, widthPx, heightPx, pixelAspect, seed, focal, focalPx: startOf(focal, focalPx) },
    ctx,
  )
  const verdict = result.ok ? judge(result.solution.cameras, truth) : null
  const right =
    verdict !== null &&
    rightEnough(verdict.solvedShare, verdict.positionShare, verdict.rotationMaxDeg, verdict.focalMeanShare)
  return [{ name: `scene ${seed}`, features, right }]
}

const startOf = (focal: SolveOptions['focal'], truePx: number) =>
  focal === 'unknown' ? null : focal === 'fixed' ? truePx : 1.3 * truePx

const solveOptions = {
  motion: 'auto',
  zoom: 'auto',
  lens: 'auto',
  principal: 'centre',
  heldOutShare: 0.05,
} as const

/** Each shot of a clip, tracked and solved as the product does. */
async function clipRows(path: string): Promise<Row[]> {
  const truth = readTruth(path.replace(/\.\w+$/, '.truth.json'))
  const source = await openClip(path)
  const { kernel, close } = await openKernel({ warn: ({ message }) => console.error(message) }, 1)
  try {
    const solve = { ...solveOptions, focal: 'unknown', focalPx: null, seed: 1 } as const
    const whole = {
      ...ctx,
      warn: () => undefined,
      now: () => 0,
      rng: seededRng(1),
      sha256: () => '',
    }
    const tracked = await trackClip(source, kernel, { follow: {}, solve }, whole)
    return tracked.shots.map(({ fromFrame, toFrame, result }) => ({
      name: `${truth.clip} ${fromFrame}`,
      features: forecastFeatures(
        tracksWithin(tracked.followed.tracks, { fromFrame, toFrame }),
        source.info,
        { fromFrame, toFrame },
        'unknown',
      ),
      right: result.ok && isRight(result.solution, truth, { first: fromFrame, last: toFrame }),
    }))
  } finally {
    await close()
    await source.close()
  }
}

function isRight(solution: Solution, truth: Truth, segment: { first: number; last: number }): boolean {
  const { lens } = solution.intrinsics
  const cameras = solution.cameras.map(({ frame, focalPx, camFromWorld: { rotation, translation } }) => {
    const centre = [0, 1, 2].map(
      (i) => -[0, 1, 2].reduce((sum, row) => sum + rotation[3 * row + i]! * translation[row]!, 0),
    )
    return { frame, focalPx, rotation, centre: [centre[0]!, centre[1]!, centre[2]!] as const }
  })
  const k = lens.model === 'polynomial' ? lens : { k1: 0, k2: 0 }
  const found = judge3d({ cameras, k1: k.k1, k2: k.k2 }, truth, segment)
  return (
    found !== null && rightEnough(found.cameras / found.frames, found.pathShare, found.rotationMaxDeg, found.focalShare)
  )
}

/** Terms that would come out with a weight against what is known of them take no part, one after the other. */
function fit(rows: readonly Row[]) {
  const signs = (Object.keys(features) as FeatureName[]).flatMap((name) => {
    const { better, unknown, terms } = features[name]
    return terms(unknown).map(() => (better === null ? 0 : better === 'more' ? 1 : -1))
  })
  const out = new Set<number>()
  for (;;) {
    const found = newton(rows, out)
    const wrong = found.weights.findIndex((weight, j) => weight * signs[j]! < 0)
    if (wrong < 0) return found
    out.add(wrong)
  }
}

/** Logistic regression by Newton's method with a ridge, terms about their means; some are left out. */
function newton(rows: readonly Row[], out: ReadonlySet<number>) {
  const x = rows.map((row) => regressors(row.features).map((value, j) => (out.has(j) ? 0 : value)))
  const n = x[0]!.length
  const means = Array.from({ length: n }, (_, j) => x.reduce((sum, terms) => sum + terms[j]!, 0) / x.length)
  const terms = x.map((row) => [1, ...row.map((value, j) => value - means[j]!)])
  const w = new Float64Array(n + 1)
  for (let round = 0; round < 30; round++) {
    const hessian = Array.from({ length: n + 1 }, () => new Float64Array(n + 2))
    hessian.forEach((row, j) => {
      row[j]! += j === 0 ? 1e-9 : ridge
      row[n + 1]! -= j === 0 ? 0 : ridge * w[j]!
    })
    terms.forEach((row, i) => {
      const p = 1 / (1 + Math.exp(-row.reduce((sum, value, j) => sum + value * w[j]!, 0)))
      const off = (rows[i]!.right ? 1 : 0) - p
      for (let j = 0; j <= n; j++) {
        hessian[j]![n + 1]! += off * row[j]!
        for (let k = 0; k <= n; k++) hessian[j]![k]! += p * (1 - p) * row[j]! * row[k]!
      }
    })
    solved(hessian).forEach((step, j) => {
      w[j]! += step
    })
  }
  const centre = Array.from(
    { length: n },
    (_, j) => rows.reduce((sum, row) => sum + regressors(row.features)[j]!, 0) / rows.length,
  )
  return { intercept: w[0]!, weights: Array.from(w.slice(1)), means: centre }
}
const ridge = 2

function solved(a: Float64Array[]): number[] {
  const n = a.length
  for (let col = 0; col < n; col++) {
    const best = a.reduce((at, row, i) => (i >= col && Math.abs(row[col]!) > Math.abs(a[at]![col]!) ? i : at), col)
    ;[a[col], a[best]] = [a[best]!, a[col]!]
    for (let row = 0; row < n; row++) {
      if (row === col) continue
      const by = a[row]![col]! / a[col]![col]!
      for (let k = col; k <= n; k++) a[row]![k]! -= by * a[col]![k]!
    }
  }
  return a.map((row, i) => row[n]! / row[i]!)
}

const brier = (rows: readonly Row[], p: (row: Row) => number) =>
  rows.reduce((sum, row) => sum + (p(row) - (row.right ? 1 : 0)) ** 2, 0) / rows.length

interface Bin {
  readonly said: number
  readonly right: number
  readonly n: number
}

function reliability(rows: readonly Row[], bins = 8): Bin[] {
  return Array.from({ length: bins }, (_, b) => {
    const inBin = rows.filter(({ features: f }) => Math.min(bins - 1, Math.floor(bins * probabilityOf(f))) === b)
    const n = inBin.length
    const mean = (value: (row: Row) => number) => inBin.reduce((sum, row) => sum + value(row), 0) / n
    return { said: mean((row) => probabilityOf(row.features)), right: mean((row) => (row.right ? 1 : 0)), n }
  }).filter(({ n }) => n > 0)
}

/** A point for each bin, as large as the bin; on the line it is calibrated. */
function plot(bins: readonly Bin[]): string {
  const at = (share: number) => 40 + 300 * share
  const most = Math.max(...bins.map(({ n }) => n))
  const points = bins.map(
    ({ said, right, n }) =>
      `<circle cx="${at(said).toFixed(1)}" cy="${(380 - at(right)).toFixed(1)}" r="${(3 + 7 * Math.sqrt(n / most)).toFixed(1)}" fill="#2f6fb0"><title>said ${said.toFixed(2)}, right ${right.toFixed(2)} of ${n}</title></circle>`,
  )
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((t) => [
    `<text x="${at(t)}" y="358" text-anchor="middle">${t}</text>`,
    `<text x="34" y="${384 - at(t)}" text-anchor="end">${t}</text>`,
  ])
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 390" font-family="sans-serif" font-size="11" fill="#555">',
    '<rect width="380" height="390" fill="#fff"/>',
    '<rect x="40" y="40" width="300" height="300" fill="none" stroke="#bbb"/>',
    '<line x1="40" y1="340" x2="340" y2="40" stroke="#bbb" stroke-dasharray="4 4"/>',
    ...ticks,
    '<text x="190" y="378" text-anchor="middle">forecast</text>',
    '<text x="12" y="190" text-anchor="middle" transform="rotate(-90 12 190)">solved right</text>',
    ...points,
    '</svg>',
    '',
  ].join('\n')
}

const read = (files: readonly string[]) => files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Row[])

function report(rows: readonly Row[]): void {
  const right = rows.filter((row) => row.right).length / rows.length
  console.log(`${rows.length} shots, ${Math.round(100 * right)} % solved right`)
  const said = brier(rows, (row) => probabilityOf(row.features))
  console.log(`Brier score ${said.toFixed(3)}; of the mean alone ${brier(rows, () => right).toFixed(3)}`)
  const warned = rows.filter(({ features: f }) => probabilityOf(f) < 0.4)
  const justly = warned.filter((row) => !row.right).length
  console.log(
    `warned of ${warned.length}, of which ${justly} failed; ${rows.filter((r) => !r.right).length} failed in all`,
  )
  console.log('| forecast | solved right | shots |\n|---|---|---|')
  for (const { said: p, right: q, n } of reliability(rows)) console.log(`| ${p.toFixed(2)} | ${q.toFixed(2)} | ${n} |`)
}

function printFit(rows: readonly Row[]): void {
  const { intercept, weights, means } = fit(rows)
  const byName = (numbers: readonly number[]) => {
    let at = 0
    return (Object.keys(features) as FeatureName[])
      .map((name) => {
        const length = features[name].terms(features[name].unknown).length
        const own = numbers.slice(at, at + length).map((value) => value.toFixed(3))
        at += length
        return `  ${name}: [${own.join(', ')}],`
      })
      .join('\n')
  }
  console.log(`intercept ${intercept.toFixed(3)}\nweights\n${byName(weights)}\ncentre\n${byName(means)}`)
}

if (command === 'make' || command === 'clips') {
  const { out } = values
  if (out === undefined) throw new Error('expected --out FILE, found none')
  const rows = existsSync(out) ? read([out]) : []
  const known = new Set(rows.map(({ name }) => name))
  const [first, scenes] = [Number(values.first), Number(values.scenes)]
  const jobs =
    command === 'make'
      ? Array.from({ length: scenes }, (_, i) => ({ name: `scene ${first + i}`, rows: () => makeRow(first + i) }))
      : paths.map((path) => ({ name: path, rows: () => clipRows(path) }))
  for (const job of jobs.filter(({ name }) => !known.has(name))) {
    rows.push(...(await job.rows()))
    writeFileSync(out, JSON.stringify(rows))
  }
} else if (command === 'fit') printFit(read(paths))
else if (command === 'judge') {
  const rows = read(paths)
  console.log(`${machine()}\n`)
  report(rows)
  if (values.plot !== undefined) writeFileSync(values.plot, plot(reliability(rows)))
} else throw new Error('expected make, clips, fit or judge')
