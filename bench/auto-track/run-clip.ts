/** One clip through the product, as `hindsight track CLIP` takes it, told nothing; and judged. */
import { Fault } from '#core/faults.ts'
import type { Attempt } from '#domains/camera/pipeline/attempt.ts'
import { bestOf } from '#domains/camera/pipeline/score.ts'
import { statusOf } from '#domains/camera/recording/outcome.ts'
import { makeContext } from '#engine/engine.ts'
import { trackFile } from '#engine/track.ts'
import { trackRequest } from '#engine/track-request.ts'
import type { Truth } from '#test/footage/truth.ts'
import type { EngineName } from '#domains/camera/engines/engine.ts'
import { judgedShots } from './judge.ts'

export interface ClipScore {
  readonly first: { readonly right: boolean; readonly said: readonly string[] }
  readonly final: { readonly right: boolean; readonly said: readonly string[] }
  readonly attempts: number
  /** Why each after the first, its score, and whether it was right. */
  readonly retries: readonly string[]
  /** Tracks in the solve, of all that were ever started. */
  readonly inSolve: number
  readonly started: number
  /** Pixels; null: nothing was solved. */
  readonly heldOutPx: number | null
  /** Of the least sure shot. */
  readonly confidence: number
  /** What the product says of it: succeeded, with a camera for nearly all frames and each shot more likely right than wrong. */
  readonly saysSolved: boolean
  /** The same of the first attempt. */
  readonly saysAtFirst: boolean
  readonly score: number
  readonly diagnoses: readonly string[]
  /** Before the first solve. */
  readonly forecast: number | null
  /** Why no attempt came to its end. */
  readonly fault: string | null
  readonly wallS: number
  readonly cpuS: number
}

export async function runClip(clip: string, truth: Truth, engine: EngineName): Promise<ClipScore> {
  const attempts: Attempt[] = []
  const observer = { attemptEnds: (attempt: Attempt) => void attempts.push(attempt) }
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  let broken: string | null = null
  try {
    await trackFile(trackRequest(clip, { engine }), makeContext({ seed: 0 }), null, observer)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    broken = `${error.code}: ${error.message}`
  }
  const { user, system } = process.cpuUsage(cpu)
  const times = { wallS: (performance.now() - startedAt) / 1000, cpuS: (user + system) / 1e6 }
  return { ...scored(attempts, truth), fault: broken, ...times }
}

function scored(attempts: readonly Attempt[], truth: Truth): Omit<ClipScore, 'fault' | 'wallS' | 'cpuS'> {
  const [first] = attempts
  const best = bestOf(attempts)
  const solved = best?.shots.flatMap(({ result }) => (result.ok ? [result.solution] : [])) ?? []
  const weights = solved.reduce(
    (sum, { observations, heldOutErrorPx }) => sum + (heldOutErrorPx === null ? 0 : observations.heldOut),
    0,
  )
  const squares = solved.reduce(
    (sum, { observations, heldOutErrorPx }) => sum + observations.heldOut * (heldOutErrorPx ?? 0) ** 2,
    0,
  )
  return {
    first: judgedShots(first?.shots ?? [], truth),
    final: judgedShots(best?.shots ?? [], truth),
    attempts: attempts.length,
    retries: attempts
      .slice(1)
      .map(
        ({ why, choice, score, shots }) =>
          `${judgedShots(shots, truth).right ? 'right' : 'wrong'} ${score.toFixed(2)}: ${why} -> ${choice.reason}`,
      ),
    inSolve: solved.reduce((sum, { points }) => sum + points.length, 0),
    started: best?.followed.length ?? 0,
    heldOutPx: weights === 0 ? null : Math.sqrt(squares / weights),
    confidence:
      best?.shots.reduce((least, { result }) => Math.min(least, result.ok ? result.solution.confidence : 0), 1) ?? 0,
    saysAtFirst: first !== undefined && statusOf(first.shots) === 'succeeded',
    saysSolved: best !== null && statusOf(best.shots) === 'succeeded',
    score: first?.score ?? 0,
    diagnoses: first?.diagnoses.map(({ pattern, confidence }) => `${pattern} ${confidence.toFixed(2)}`) ?? [],
    forecast: first?.forecast?.probability ?? null,
  }
}
