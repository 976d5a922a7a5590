/** What would be chosen for a clip: it is looked at as a run would look at it, and nothing is tracked, recorded or drawn. */
import type { Context } from '#core/context.ts'
import type { JsonObject } from '#core/json.ts'
import type { EngineName } from '#domains/camera/engines/engine.ts'
import { knownLive } from '#domains/camera/learning/known.ts'
import { probe } from '#domains/camera/probe/run-probe.ts'
import type { FootageType } from '#domains/camera/terms.ts'
import { openClip } from '#media/clip.ts'
import { clipIdentity } from '../clip-fingerprint.ts'
import type { Engine } from '../engine.ts'
import { openKernel } from '../kernel.ts'
import { tellPrediction, type ToldPrediction } from './told-prediction.ts'

export interface ClipQuestion {
  readonly path: string
  readonly tracker: EngineName
  readonly footage: FootageType
  /** Where it is known already; null: the files are read to find out. */
  readonly fingerprint: string | null
}

/** @throws media.*, file.*; the reason of `ctx.signal` */
export async function predictForClip(
  engine: Engine,
  { path, tracker, footage, fingerprint }: ClipQuestion,
  ctx: Context,
): Promise<ToldPrediction> {
  const source = await openClip(path, { signal: ctx.signal, warn: ctx.warn })
  try {
    const { kernel, close } = await openKernel(ctx, 1)
    try {
      const range = { from: 0, to: source.info.frameCount - 1 }
      const seen = await probe(source, kernel, { range, masks: [] }, ctx)
      const clip = fingerprint ?? (await clipIdentity(path, ctx.signal)).fingerprint
      const { learnedFor: _, ...context } = knownLive({
        engine: tracker,
        info: source.info,
        footage,
        probe: seen,
        clip,
        before: null,
      })
      return await tellPrediction(engine, `camera/${tracker}`, context as unknown as JsonObject, ctx)
    } finally {
      await close()
    }
  } finally {
    await source.close()
  }
}
