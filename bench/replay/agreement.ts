/**
 * How well what is measured of an attempt agrees with the truth, among the settings of one and the same clip: the chance that
 * of a right and a wrong camera the right one is valued higher (0.5: no better than a coin), the mean over clips. With
 * `--trials`, the same of the score of a short trial, and its rank correlation with the value.
 *
 * node bench/replay/agreement.ts --table FILE [--trials]
 */
import { parseArgs } from 'node:util'
import { choiceOf } from '#domains/camera/learning/naming.ts'
import { knownLive } from '#domains/camera/learning/known.ts'
import { accuracyOf } from '#domains/camera/learning/outcome.ts'
import { trial, trialWindow } from '#domains/camera/learning/trial.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { type ArenaClip, arenaOf, mean } from './arena.ts'
import { drawReplayClip } from './clips.ts'
import { type CellRow, readTable } from './table.ts'

const { values } = parseArgs({ options: { table: { type: 'string', default: '' }, trials: { type: 'boolean' } } })
const table = readTable(values.table)
const clips = arenaOf(table)

const measures: Readonly<Record<string, (cell: CellRow, clip: ArenaClip) => number>> = {
  'value of the session': ({ key }, { worth }) => worth.get(key) ?? 0,
  'chance that the camera is right': ({ confidence }) => confidence,
  verdict: ({ status }) => (status === 'succeeded' ? 1 : status === 'partial' ? 0.5 : 0),
  'held-out error': ({ heldOutPx }) => (heldOutPx === null ? 0 : accuracyOf(heldOutPx)),
  'error of what was solved': ({ errorPx }) => (errorPx === null ? 0 : accuracyOf(errorPx)),
  'share of tracks that lasted': ({ survival }) => survival ?? 0,
  points: ({ points }) => points,
}

/** @returns null where a clip has too few of either */
function agreement(clip: ArenaClip, score: (key: string) => number): number | null {
  const keys = clip.candidates.map(({ key }) => key)
  const right = keys.filter((key) => clip.right.get(key)).map(score)
  const wrong = keys.filter((key) => !clip.right.get(key)).map(score)
  if (right.length < 3 || wrong.length < 3) return null
  return mean(right.flatMap((good) => wrong.map((bad) => (good > bad ? 1 : good === bad ? 0.5 : 0))))
}

/** Spearman's; equal values share their ranks. */
function rankCorrelation(one: readonly number[], other: readonly number[]): number {
  const ranks = (values: readonly number[]) =>
    values.map((value) => values.filter((v) => v < value).length + (values.filter((v) => v === value).length - 1) / 2)
  const [a, b] = [ranks(one), ranks(other)].map((r) => r.map((rank) => rank - (one.length - 1) / 2)) as [
    number[],
    number[],
  ]
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

for (const [name, measure] of Object.entries(measures)) {
  const found = clips.flatMap((clip) => agreement(clip, (key) => measure(clip.cells.get(key)!, clip)) ?? [])
  console.log(`${name.padEnd(34)} ${mean(found).toFixed(2)} over ${found.length} clips`)
}

if (values.trials) {
  const kernel = await createWasmKernel({})
  const signal = new AbortController().signal
  const agreed: number[] = []
  const ranks: number[] = []
  for (const clip of clips) {
    const source = drawReplayClip(table.clips.find(({ name }) => name === clip.name)!)
    const window = trialWindow({ from: 0, to: source.info.frameCount - 1 }, clip.situation.probe)
    if (window === null) continue
    const known = knownLive(clip.situation)
    const choices = clip.candidates.map(({ settings }) => choiceOf(settings, known))
    const scores = (await trial({ source, kernel, masks: [] }, choices, window, { signal })).map(
      (one) => one?.score ?? 0,
    )
    const byKey = new Map(clip.candidates.map(({ key }, i) => [key, scores[i]!]))
    agreed.push(...[agreement(clip, (key) => byKey.get(key) ?? 0)].flatMap((one) => one ?? []))
    ranks.push(
      rankCorrelation(
        scores,
        clip.candidates.map(({ key }) => clip.worth.get(key) ?? 0),
      ),
    )
    console.log(`${clip.name}: trial and value ${ranks.at(-1)?.toFixed(2)}`)
  }
  console.log(`trial                              ${mean(agreed).toFixed(2)} over ${agreed.length} clips`)
  console.log(`trial and value, rank correlation  ${mean(ranks).toFixed(2)} over ${ranks.length} clips`)
}
