/**
 * What is known of a clip before anything is chosen: the shape of its pictures and what the probe measured. A recorded
 * session and a run that begins give the same numbers, since both go through the form that sessions hold.
 */
import type { ClipInfo } from '#vision/frames.ts'
import type { Probe } from '../../probe/probe.ts'
import { probeFields } from '../../recording/plan-record.ts'
import { rounded } from '../../recording/rounded.ts'
import type { CameraContext } from '../../session.ts'
import type { Level } from '../../terms.ts'
import { meanKnown, shareOf } from './example.ts'

export type Before = Pick<CameraContext, 'widthPx' | 'heightPx' | 'fps' | 'frameCount' | 'probe'>

/** Of a run that begins. */
export function beforeOf({ widthPx, heightPx, frameRate, frameCount }: ClipInfo, probe: Probe | null): Before {
  const fps = frameRate === null ? null : rounded(frameRate.numerator / frameRate.denominator)
  return { widthPx, heightPx, fps, frameCount, probe: probeFields(probe) }
}

export const clipFeatureNames = [
  'width px',
  'frames a second',
  'frames',
  'mean speed',
  'fastest speed',
  'texture',
  'points placed by the probe',
  'share that the probe kept',
  'jitter in the probe',
  'regions that the probe could follow',
] as const

const levels: Readonly<Record<Level, number>> = { low: 0, medium: 1, high: 2 }

export function clipFeatures({ widthPx, fps, frameCount, probe }: Before): (number | null)[] {
  const regions = Object.values(probe?.regions ?? {}).flatMap((region) => region ?? [])
  const sum = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0)
  const placed = regions.length === 0 ? null : sum(regions.map(({ total }) => total))
  return [
    widthPx ?? null,
    fps ?? null,
    frameCount ?? null,
    probe?.meanVelocityUv ?? null,
    probe?.maxVelocityUv ?? null,
    probe?.textureClass ? levels[probe.textureClass] : null,
    placed,
    shareOf(sum(regions.map(({ survived }) => survived)), placed),
    meanKnown(regions.flatMap(({ jitters }) => jitters ?? [])),
    probe?.bestRegions?.length ?? null,
  ]
}
