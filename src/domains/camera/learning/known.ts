/**
 * What is known of a run before its settings are chosen. A run that begins and a session that is read say it through one and
 * the same form, that of a session's context: so what is learned from a session is found again by the next run like it.
 */
import type { EngineName } from '../engines/engine.ts'
import type { Situation } from '../policies/policy.ts'
import type { CameraContext } from '../session.ts'
import type { FootageType } from '../terms.ts'
import { beforeOf } from './examples/clip-features.ts'

/** A context whose picture has a size. */
export interface Known extends CameraContext {
  readonly learnedFor: EngineName
  readonly widthPx: number
  readonly heightPx: number
  readonly footageType: FootageType
}

/** @returns null where the size of the picture is not known: then no size of a window means anything */
export function knownOf(context: CameraContext, engine: EngineName): Known | null {
  const { widthPx, heightPx } = context
  if (!widthPx || !heightPx) return null
  return { ...context, widthPx, heightPx, footageType: context.footageType ?? 'auto', learnedFor: engine }
}

/** Of a run that begins. */
export function knownLive({ engine, info, footage, probe, clip = null }: Situation): Known {
  const { widthPx, heightPx, codec, bitDepth } = info
  return {
    ...beforeOf(info, probe),
    clip: { fingerprint: clip, codec, bitDepth },
    widthPx,
    heightPx,
    footageType: footage,
    learnedFor: engine,
  }
}

/** What the clip is known by everywhere; null when it could not be read through. */
export const clipOf = ({ clip }: Known): string | null => clip?.fingerprint ?? null
