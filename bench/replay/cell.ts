/** One setting on one clip through the pipeline: one attempt, nothing recorded. */
import type { Candidate } from '#core/learnable.ts'
import type { Context } from '#core/context.ts'
import type { TrackingEngine } from '#domains/camera/engines/engine.ts'
import { choiceOf } from '#domains/camera/learning/naming.ts'
import { knownLive } from '#domains/camera/learning/known.ts'
import type { Attempt } from '#domains/camera/pipeline/attempt.ts'
import { together } from '#domains/camera/pipeline/observer.ts'
import { firstChoice } from '#domains/camera/pipeline/plan-attempt.ts'
import { runAttempt } from '#domains/camera/pipeline/run-attempt.ts'
import { requestFor } from '#domains/camera/pipeline/test-request.ts'
import type { Situation } from '#domains/camera/policies/policy.ts'
import type { Probe } from '#domains/camera/probe/probe.ts'
import { statusOf } from '#domains/camera/recording/outcome.ts'
import { survivalFrames } from '#domains/camera/recording/track-records.ts'
import type { Truth } from '#test/footage/truth.ts'
import type { FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { judgedShots } from '../auto-track/judge.ts'
import type { CellRow } from './table.ts'

/** A clip that is drawn once for all settings. */
export interface HeldClip {
  readonly name: string
  readonly source: FrameSource
  readonly truth: Truth
  readonly probe: Probe
}

export function heldFrames({
  info,
  frame,
}: {
  info: FrameSource['info']
  frame(index: number): LumaFrame
}): FrameSource {
  const held = Array.from({ length: info.frameCount }, (_, index) => frame(index))
  return {
    info,
    close: () => Promise.resolve(),
    async *frames({ from = 0, to = held.length - 1, signal }: FrameRange = {}) {
      const step = to < from ? -1 : 1
      for (let index = from; step * (to - index) >= 0; index += step) {
        signal?.throwIfAborted()
        yield await Promise.resolve(held[index]!)
      }
    },
  }
}

/** Fewer than the usual 200, because the pictures are small and the solver takes most of the time. */
const aimedAt = 50

export const situationOf = (info: FrameSource['info'], probe: Probe): Situation => ({
  engine: 'embedded',
  info,
  footage: 'auto',
  probe,
  before: null,
})

export async function runCell(
  { name, source, truth, probe }: HeldClip,
  { key, settings }: Candidate,
  engine: TrackingEngine,
  kernel: Kernel,
  ctx: Context,
): Promise<CellRow> {
  const { info } = source
  const asked = { tracker: {}, corners: { count: aimedAt } }
  const request = requestFor(info.frameCount, { chosen: asked, retries: 0 })
  const situation = situationOf(info, probe)
  const chosen = choiceOf(settings, knownLive(situation))
  const policy = {
    name: 'replay',
    version: '1',
    about: 'the setting that is tried',
    choose: () => ({ settings: chosen, propensity: null, reason: key, policy: { name: 'replay', version: '1' } }),
  }
  const choice = firstChoice({ engine: engine.name, info, request, policy }, probe, ctx)
  const clip = { path: name, source, kernel, masks: [] }
  const stage = { engine, clip, request, probe, observer: together(null), resume: null }
  const cpu = process.cpuUsage()
  const plan = { retry: 0, choice, why: null, ranges: [request.range], before: null }
  const attempt = await runAttempt(stage, plan, ctx)
  const { user, system } = process.cpuUsage(cpu)
  return { type: 'cell', clip: name, key, ...measured(attempt, truth), cpuS: (user + system) / 1e6 }
}

function measured(attempt: Attempt, truth: Truth): Omit<CellRow, 'type' | 'clip' | 'key' | 'cpuS'> {
  const { shots, followed, score } = attempt
  const solved = shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))
  const held = solved.filter(({ heldOutErrorPx }) => heldOutErrorPx !== null)
  const weight = held.reduce((sum, { observations }) => sum + observations.heldOut, 0)
  const squares = held.reduce(
    (sum, { observations, heldOutErrorPx }) => sum + observations.heldOut * (heldOutErrorPx ?? 0) ** 2,
    0,
  )
  const points = solved.reduce((sum, solution) => sum + solution.points.length, 0)
  const spans = followed.map(({ frames }) => ({ from: frames[0]!, to: frames.at(-1)! }))
  const early = spans.filter(({ from }) => from <= 2)
  const lasting = early.filter(({ to }) => to >= 12).length
  const lived = spans.filter(({ from, to }) => to - from >= survivalFrames).length
  return {
    right: judgedShots(shots, truth).right,
    status: verdictOf(attempt),
    heldOutPx: weight === 0 ? null : Math.sqrt(squares / weight),
    errorPx:
      points === 0
        ? null
        : solved.reduce((sum, { meanTrackErrorPx, points: own }) => sum + own.length * meanTrackErrorPx, 0) / points,
    confidence: solved.length === 0 ? 0 : Math.min(...solved.map(({ confidence }) => confidence)),
    cameras: solved.reduce((sum, { cameras }) => sum + cameras.length, 0),
    points,
    started: followed.length,
    survival: followed.length === 0 ? null : lived / followed.length,
    early: early.length === 0 ? null : lasting / early.length,
    score,
  }
}

function verdictOf({ shots }: Attempt): CellRow['status'] {
  const status = statusOf(shots)
  if (status === 'succeeded' || status === 'partial') return status
  return 'failed'
}
