/** What a run was asked to do and chose to do, as its sessions have it. */
import type { Choice } from '#core/policy.ts'
import type { AttemptSettings, PipelineRequest } from '#domains/camera/pipeline/attempt.ts'
import type { Probe } from '#domains/camera/probe/probe.ts'
import type { PipelineFacts, RunPlan } from '#domains/camera/recording/plan-record.ts'
import type { CameraSettings } from '#domains/camera/session.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import type { ClipInfo } from '#vision/frames.ts'

/** What all attempts of a run share. */
export interface RunFacts {
  readonly engine: PipelineFacts['engine']
  readonly info: ClipInfo
  readonly request: PipelineRequest
  /** Width of the film back; null when nobody gave lengths in millimetres. */
  readonly sensorWidthMm: number | null
}

/** Of the settings, those that somebody gave. */
export function askedSettings({ engine, request }: RunFacts): CameraSettings {
  const { preset, robust, smoothing, range, masks, chosen, solve } = request
  const { count, threshold } = chosen.corners
  return {
    ...chosen.tracker,
    ...(count === undefined ? {} : { targetTracks: count }),
    ...(threshold === undefined ? {} : { threshold }),
    engine: engine.name,
    preset,
    robust,
    smoothing,
    fromFrame: range.from,
    toFrame: range.to,
    masks: masks.length,
    tripod: solve.motion === 'tripod',
    focal: solve.focal,
    zoom: solve.zoom,
    seed: solve.seed,
  }
}

export function planOf(
  { engine, info, request, sensorWidthMm }: RunFacts,
  settings: AttemptSettings,
  probe: Probe | null,
): RunPlan {
  const { tracker, corners } = settings
  return {
    info,
    frames: request.range,
    follow: followPlan(info.widthPx, { settings: tracker, ...corners }),
    masks: request.masks.length,
    solve: settings.solve,
    sensorWidthMm,
    pipeline: { engine, probe, request, settings },
  }
}

/** What the person said of the clip beside the settings is theirs too. */
export function reasonOf(chosen: readonly string[], { reason }: Choice<AttemptSettings>): string {
  if (chosen.length === 0) return reason
  const byPolicy = reason.replace(/^.*? as the person asked; the rest /, '')
  return `${chosen.join(', ')} as the person asked; the rest ${byPolicy}`
}
