/**
 * What trained models are worth where they act: new drawn clips through the pipeline three times, without models, with the dead
 * zones and with the foresight, all else the same. The models are those of a data directory (record-drawn.ts, `learn train`).
 *
 *   node bench/models/acting.ts --data DIR [--clips N] [--seed N] [--modes NAME,NAME]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import type { Advice } from '#domains/camera/pipeline/advice.ts'
import type { Attempt } from '#domains/camera/pipeline/attempt.ts'
import { runPipeline } from '#domains/camera/pipeline/run-pipeline.ts'
import { requestFor } from '#domains/camera/pipeline/test-request.ts'
import { makeContext } from '#engine/engine.ts'
import { openKernel } from '#engine/kernel.ts'
import { readAdvice } from '#engine/learning/advice.ts'
import { oneAfterTheOther } from '#track/track-clip.ts'
import { drawnClip, modeNames } from './drawn-modes.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    clips: { type: 'string', default: '14' },
    modes: { type: 'string' },
    seed: { type: 'string', default: '64000' },
  },
})
if (values.data === undefined) throw new Error('expected --data DIR, found none')
const ctx = makeContext({ seed: 0 })
const told = await readAdvice(join(values.data, 'hindsight-data'), 'bench', ctx)
if (told === null) throw new Error('no model acts')

const heard = <T extends { readonly use: { readonly used: boolean } }>(said: T | null): T | null =>
  said && { ...said, use: { ...said.use, used: true } }
const dead: Advice = { deadRegions: (...of) => heard(told.deadRegions(...of)), foresight: () => null }
const early: Advice = { deadRegions: () => null, foresight: (info) => heard(told.foresight(info)) }
const arms = { without: null, 'dead zones': dead, foresight: early } as const

const { kernel, close } = await openKernel(ctx)
const sums = Object.fromEntries(
  Object.keys(arms).map((name) => [name, { cpuS: 0, score: 0, error: 0, solved: 0, short: 0 }]),
)
const said = { clips: 0, spoke: 0, early: 0 }
const clips = Number(values.clips)
const modes = values.modes?.split(',') ?? modeNames
for (let i = 0; i < clips; i++) {
  const mode = modes[i % modes.length]!
  const source = drawnClip(mode, Number(values.seed) + i)
  said.clips++
  // Drawn before anything is measured, and each arm goes first in turn.
  for (let index = 0; index < source.info.frameCount; index++) source.frame(index)
  const order = Object.entries(arms)
  for (const [arm, advice] of [...order.slice(i % order.length), ...order.slice(0, i % order.length)]) {
    const request = requestFor(source.info.frameCount, { retries: 0 })
    const engine = createEmbeddedEngine({ version: 'bench', solve: oneAfterTheOther })
    const before = process.cpuUsage()
    const { best } = await runPipeline(
      engine,
      { path: '', source, kernel, masks: [] },
      request,
      ctx,
      null,
      null,
      advice,
    )
    const { user, system } = process.cpuUsage(before)
    const sum = sums[arm]!
    sum.cpuS += (user + system) / 1e6
    sum.score += best.score
    sum.short += best.cleaning?.removed.length ?? 0
    const [shot] = best.shots
    const error = shot?.result.ok === true ? shot.result.solution.heldOutErrorPx : null
    if (error !== null) {
      sum.error += error
      sum.solved++
    }
    if (arm === 'dead zones' && best.choice.settings.avoidRegions.length > 0) said.spoke++
    if (arm === 'foresight' && isEarly(best)) said.early++
  }
  process.stdout.write(`${i + 1} of ${clips}: ${mode}\n`)
}
await close()

function isEarly({ forecast }: Attempt): boolean {
  return forecast?.warnings.some((warning) => warning.startsWith('New points were placed')) ?? false
}

process.stdout.write(
  `${said.clips} clips; dead zones spoke in ${said.spoke}, points were placed early in ${said.early}\n`,
)
process.stdout.write(
  '| arm | score | held-out error px | solved | tracks removed | CPU s |\n|---|---:|---:|---:|---:|---:|\n',
)
for (const [arm, { cpuS, score, error, solved, short }] of Object.entries(sums)) {
  const mean = (value: number, of = clips) => (value / Math.max(1, of)).toFixed(3)
  process.stdout.write(
    `| ${arm} | ${mean(score)} | ${mean(error, solved)} | ${solved} | ${mean(short)} | ${mean(cpuS)} |\n`,
  )
}
