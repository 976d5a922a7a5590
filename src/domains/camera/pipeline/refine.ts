/**
 * Solving once more without the tracks that fit worst, kept only where it is better. Dropping what disagrees always lowers
 * the error of what is left, so that alone proves nothing: the tracks that both solves have must fit better too, where the
 * solver did not look must be better, and no camera and no certainty may be lost.
 */
import type { Context } from '#core/context.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { Solution } from '#track/solution.ts'
import { type SolveShots, type SolveTask, tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import type { Preset, Refinement } from './attempt.ts'
import { usualError } from './score.ts'

/** An error of less is that of good footage: nothing to gain. In pixels of a picture 960 wide. */
const worthwhilePx = 0.5
/** A solve that is so sure is refined only where quality goes before time. */
const sureEnough = 0.9
/** A camera that is thought wrong does not become right by a better fit. */
const leastSure = 0.05
const worstShare = 0.15
const leastTracks = 30
/** A gain of less is chance. */
const leastGain = 0.05
const rounds: Readonly<Record<Preset, number>> = { fast: 0, balanced: 1, quality: 3 }

export interface Refined {
  readonly shots: readonly Shot[]
  readonly refinements: readonly Refinement[]
}

/** @throws the reason of the signal */
export async function refine(
  shots: readonly Shot[],
  tracks: readonly Track[],
  options: SolveTask['options'],
  preset: Preset,
  solve: SolveShots,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<Refined> {
  const refinements: Refinement[] = []
  const better: Shot[] = []
  for (const shot of shots) {
    let current = shot
    let left = tracks
    for (let round = 0; round < rounds[preset]; round++) {
      const worst = current.result.ok ? worstTracks(current.result.solution, preset) : []
      if (!current.result.ok || worst.length === 0) break
      const out = new Set(worst)
      left = left.filter(({ id, origin }) => !out.has(id) || origin === 'user' || origin === 'imported')
      const [result] = await solve([{ tracks: tracksWithin(left, current), options }], ctx)
      ctx.signal.throwIfAborted()
      const before = current.result.solution
      const after = result?.ok === true ? result.solution : null
      const kept = after !== null && isBetter(before, after)
      const { fromFrame, toFrame } = current
      refinements.push({
        removed: worst,
        fromFrame,
        toFrame,
        before: errors(before),
        after: after && errors(after),
        kept,
      })
      if (!kept) break
      current = { fromFrame, toFrame, result: { ok: true, solution: withRemoved(after, worst, before) } }
    }
    better.push(current)
  }
  return { shots: better, refinements }
}

/** None where there is nothing to gain, or too little would be left. */
function worstTracks(solution: Solution, preset: Preset): readonly number[] {
  if (preset !== 'quality' && solution.confidence >= sureEnough) return []
  const { points } = solution
  if (solution.confidence < leastSure) return []
  const count = Math.floor(points.length * worstShare)
  if (usualError(solution) < worthwhilePx || points.length - count < leastTracks) return []
  const byError = points.toSorted((a, b) => b.errorPx - a.errorPx || a.track - b.track)
  return byError.slice(0, count).map(({ track }) => track)
}

export function isBetter(before: Solution, after: Solution): boolean {
  if (after.cameras.length < before.cameras.length || after.confidence < before.confidence) return false
  if (usualError(after) > (1 - leastGain) * usualError(before)) return false
  const known = new Map(before.points.map(({ track, errorPx }) => [track, errorPx]))
  const pairs = after.points.flatMap(({ track, errorPx }) => {
    const was = known.get(track)
    return was === undefined ? [] : [[was, errorPx] as const]
  })
  const squares = (side: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[side] ** 2, 0)
  return pairs.length >= leastTracks && squares(1) < squares(0)
}

const errors = ({ errorPx, heldOutErrorPx }: Solution) => ({ errorPx, heldOutErrorPx })

/** What was taken out is a track without a point like any other. */
function withRemoved(after: Solution, removed: readonly number[], before: Solution): Solution {
  const listed = new Set([...after.unsolved, ...after.points].map(({ track }) => track))
  const taken = [...removed.map((track) => ({ track, reason: 'high-error' as const })), ...before.unsolved]
  return { ...after, unsolved: [...after.unsolved, ...taken.filter(({ track }) => !listed.has(track))] }
}
