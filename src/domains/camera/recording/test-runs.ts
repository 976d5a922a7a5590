/** Drawn footage through the real pipeline, each attempt recorded as a session as the recorder makes them. */
import type { Context } from '#core/context.ts'
import { seededRng } from '#core/rng.ts'
import type { AnySession } from '#core/session.ts'
import { oneAfterTheOther } from '#track/track-clip.ts'
import type { FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import type { Attempt, PipelineRequest } from '../pipeline/attempt.ts'
import type { PipelineObserver } from '../pipeline/observer.ts'
import { runPipeline } from '../pipeline/run-pipeline.ts'
import { requestFor as plainRequest } from '../pipeline/test-request.ts'
import { trackedOf } from '../pipeline/tracked-of.ts'
import type { Probe } from '../probe/probe.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import { lookAt, momentFrames, type PictureLook } from './pictures.ts'
import { contextOf, type RunPlan, settingsOf } from './plan-record.ts'
import { asJson, recordOf, runOf } from './session-of.ts'

export interface RecordedAttempt {
  readonly session: AnySession
  readonly attempt: Attempt
  readonly plan: RunPlan
}

export const requestFor = ({ info }: FrameSource, said: Partial<PipelineRequest> = {}): PipelineRequest =>
  plainRequest(info.frameCount, said)

const contextFor = (): Context => ({
  signal: new AbortController().signal,
  rng: seededRng(0),
  sha256: () => '',
  now: () => performance.now(),
  progress: () => {},
  warn: () => {},
})

let made = 0
/** Like those of the store, and another each time. */
const nextId = () => `01977f3e-1b2c-7d4e-8f50-${String(++made).padStart(12, '0')}`

/** All attempts of a run, the first try first. */
export async function recordPipeline(
  source: FrameSource,
  kernel: Kernel,
  said: Partial<PipelineRequest> = {},
): Promise<readonly RecordedAttempt[]> {
  const request = requestFor(source, said)
  const engine = createEmbeddedEngine({ version: 'test', solve: oneAfterTheOther })
  const looks = await looksAt(source, kernel, request)
  const recorded: RecordedAttempt[] = []
  let probe: Probe | null = null
  const observer: PipelineObserver = {
    probed(seen) {
      probe = seen
    },
    attemptEnds(attempt) {
      const plan = planOf(source, request, attempt, probe)
      recorded.push({ session: sessionOf(plan, attempt, looks, recorded), attempt, plan })
    },
  }
  const clip = { path: '/clip.mp4', source, kernel, masks: request.masks }
  await runPipeline(engine, clip, request, contextFor(), observer)
  return recorded
}

async function looksAt(source: FrameSource, kernel: Kernel, { range }: PipelineRequest): Promise<PictureLook[]> {
  const looks: PictureLook[] = []
  for (const index of new Set(momentFrames(range))) {
    for await (const frame of source.frames({ from: index, to: index })) looks.push(lookAt(kernel, frame))
  }
  return looks
}

function planOf(
  { info }: FrameSource,
  request: PipelineRequest,
  { choice: { settings } }: Attempt,
  probe: Probe | null,
): RunPlan {
  return {
    info,
    frames: request.range,
    follow: followPlan(info.widthPx, { settings: settings.tracker, ...settings.corners }),
    masks: request.masks.length,
    solve: settings.solve,
    sensorWidthMm: null,
    pipeline: { engine: { name: 'embedded', version: 'test' }, probe, request, settings },
  }
}

function sessionOf(
  plan: RunPlan,
  attempt: Attempt,
  looks: readonly PictureLook[],
  before: readonly RecordedAttempt[],
): AnySession {
  const id = nextId()
  const { info, frames } = plan
  const first = before[0]?.session.id ?? null
  const fingerprint = `clip-${info.widthPx}-${info.frameCount}-${info.frameRate?.numerator}`
  const counted = { attempt: attempt.retry + 1, chain: first, retry: attempt.retry, run: first ?? id }
  const clip = { fingerprint, extension: '.mp4', sizeBytes: 1000 * info.frameCount, ...counted }
  const earlier = before.map((one) => one.attempt)
  const run = { ...runOf(trackedOf(attempt, info, frames), looks), attempt, earlier }
  const { outcome, telemetry } = recordOf(plan, run, null)
  const { reason, propensity, policy } = attempt.choice
  return {
    id,
    project: 'default',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: '2026-03-02T10:00:00.000Z',
    host: { name: 'hindsight', version: '1' },
    contributor: null,
    consent: null,
    parent: null,
    context: asJson(contextOf(plan, clip)),
    settings: { values: asJson(settingsOf(plan)), reason, propensity, policy },
    outcome: {
      ...asJson(outcome),
      durationMs: Math.round(Object.values(attempt.durationsMs).reduce((sum, ms) => sum + ms, 0)),
    },
    telemetry: asJson(telemetry),
    media: [],
  } as unknown as AnySession
}
