/** What was known and chosen before a run, as its session holds it. */
import type { FollowPlan } from '#track/match/follow-clip.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { TrackerSettings } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineName } from '../engines/engine.ts'
import type { AttemptSettings, PipelineRequest } from '../pipeline/attempt.ts'
import type { Probe } from '../probe/probe.ts'
import type { CameraContext, CameraIntrinsics, CameraSettings } from '../session.ts'
import { inMillimetres, lensFields } from './lens-record.ts'
import { rounded } from './rounded.ts'

/** What the recorder knows of the clip beside what is in it. */
export interface ClipFacts {
  /** Of its content; null when it could not be made. */
  readonly fingerprint: string | null
  /** Lower case, with the dot. */
  readonly extension: string | null
  readonly sizeBytes: number | null
  /** Counted from 1. */
  readonly attempt: number
  /** The first session of the same clip; null when this is it. */
  readonly chain: string | null
  /** Which attempt of its run it is, from 0. */
  readonly retry: number
  /** The first session of its run; null when nobody counts runs. */
  readonly run: string | null
}

/** What the run is going to use. */
export interface RunPlan {
  readonly info: ClipInfo
  readonly frames: { readonly from: number; readonly to: number }
  readonly follow: FollowPlan
  readonly masks: number
  readonly solve: Omit<SolveOptions, 'widthPx' | 'heightPx' | 'pixelAspect'>
  /** Width of the film back; null when nobody gave lengths in millimetres. */
  readonly sensorWidthMm: number | null
  /** What the pipeline adds to it; absent where the tracker ran without it. */
  readonly pipeline?: PipelineFacts
}

export interface PipelineFacts {
  readonly engine: { readonly name: EngineName; readonly version: string }
  readonly probe: Probe | null
  readonly request: Pick<PipelineRequest, 'preset' | 'footage' | 'retries'>
  readonly settings: AttemptSettings
}

/** What is known before any settings are chosen. */
export interface RunAsked extends Pick<RunPlan, 'info' | 'solve' | 'sensorWidthMm'> {
  readonly pipeline?: Omit<PipelineFacts, 'settings'>
}

export function contextOf({ info, solve, sensorWidthMm, pipeline }: RunAsked, clip: ClipFacts): CameraContext {
  const { frameRate } = info
  const { fingerprint, extension, sizeBytes, attempt, chain, retry, run } = clip
  return {
    clip: { fingerprint, extension, codec: info.codec, bitDepth: info.bitDepth, sizeBytes },
    widthPx: info.widthPx,
    heightPx: info.heightPx,
    fps: frameRate === null ? null : rounded(frameRate.numerator / frameRate.denominator),
    frameCount: info.frameCount,
    durationS: info.durationS !== null && info.durationS > 0 ? rounded(info.durationS) : null,
    firstFrame: 0,
    footageType: footageOf(solve, pipeline),
    ...(pipeline === undefined ? {} : { engine: pipeline.engine, probe: probeFields(pipeline.probe) }),
    camera: cameraBefore(info, solve, sensorWidthMm),
    attempt,
    chain,
    retry,
    run,
    clock: 'utc',
  }
}

const footageOf = (solve: RunPlan['solve'], pipeline: RunAsked['pipeline']) =>
  pipeline && pipeline.request.footage !== 'auto'
    ? pipeline.request.footage
    : solve.motion === 'tripod'
      ? 'tripod'
      : 'auto'

/** As sessions hold it. */
export function probeFields(probe: Probe | null): CameraContext['probe'] {
  if (probe === null) return null
  const { motionClass, textureClass, bestRegions, meanSpeedUv, maxSpeedUv, regions } = probe
  const { fromFrame, toFrame, searchSizePx, letterbox } = probe
  return {
    method: 'tracks',
    motionClass,
    textureClass,
    bestRegions,
    meanVelocityUv: rounded(meanSpeedUv),
    maxVelocityUv: rounded(maxSpeedUv),
    regions: Object.fromEntries(
      regions.map(({ region, placed, survived, speedsUv, jitters }) => [
        region,
        { total: placed, survived, jitters: figures(jitters), velocitiesUv: figures(speedsUv) },
      ]),
    ),
    fromFrame,
    toFrame,
    searchSizePx,
    letterbox: letterbox && { ...letterbox },
  }
}

const figures = (values: readonly number[]) => values.flatMap((value) => rounded(value) ?? [])

/** Of the camera only what was said: nothing of the solve's own guesses. */
function cameraBefore(info: ClipInfo, solve: RunPlan['solve'], sensorWidthMm: number | null): CameraIntrinsics {
  const { focalPx, lens } = solve
  return {
    pixelAspect: info.pixelAspect,
    ...(focalPx === null ? {} : { focalPx: rounded(focalPx), ...inMillimetres(focalPx, info.widthPx, sensorWidthMm) }),
    ...(lens === 'auto' ? {} : lensFields(lens)),
  }
}

export function settingsOf({ follow, solve, frames, masks, pipeline }: RunPlan): CameraSettings {
  const { count, threshold, minDistancePx, marginPx } = follow
  return {
    ...trackerSettings(follow.settings),
    threshold,
    minDistancePx,
    marginPx,
    targetTracks: count,
    tripod: solve.motion === 'tripod',
    refine: [
      ...(solve.focal === 'fixed' ? [] : (['focal'] as const)),
      ...(solve.principal === 'refine' ? (['principal'] as const) : []),
      ...(solve.lens === 'auto' ? (['radial'] as const) : []),
    ],
    fromFrame: frames.from,
    toFrame: frames.to,
    masks,
    focal: solve.focal,
    zoom: solve.zoom,
    lens: solve.lens === 'auto' ? 'auto' : solve.lens.model === 'none' ? 'none' : 'known',
    heldOutShare: solve.heldOutShare,
    seed: solve.seed,
    ...(pipeline === undefined ? {} : pipelineSettings(pipeline)),
  }
}

function pipelineSettings({ engine, request, settings }: PipelineFacts): CameraSettings {
  const { robust, smoothing, minLifespanFrames, monitorFrames, heal, rejectNonRigid, avoidRegions, cutFrames } =
    settings
  const { preset, retries } = request
  const models = settings.models === undefined ? {} : { models: settings.models }
  const parts = Object.entries(settings.regions ?? {}).map(([region, own]) => [region, trackerSettings(own)] as const)
  const more = {
    smoothing,
    monitorFrames,
    heal,
    rejectNonRigid,
    avoidRegions,
    cutFrames,
    ...models,
    ...(parts.length === 0 ? {} : { regionOverrides: Object.fromEntries(parts) }),
    engine: engine.name,
  }
  return { preset, robust, minLifespanFrames, maxRetries: retries, ...more }
}

export const trackerSettings = (settings: TrackerSettings): CameraSettings => {
  const { patternSize, searchSize, correlation, motionModel, patternMatch, normalize } = settings
  return { patternSize, searchSize, correlation, motionModel, patternMatch, normalize }
}
