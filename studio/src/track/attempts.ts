/** The recorded sessions of a clip as attempts that can be told apart and compared. */
import type { CameraSession } from '#domains/camera/session.ts'
import type { SessionRow } from '../data/types.ts'
import type { AttemptFacts } from './track-data.ts'

/**
 * @param rows newest first, as the engine lists them
 * @param sessions in the same order; null where one is not known
 * @returns oldest first
 */
export function attemptsOf(
  rows: readonly SessionRow[],
  sessions: readonly (CameraSession | null)[],
): readonly AttemptFacts[] {
  return rows
    .map((row, i): AttemptFacts => {
      const session = sessions[i]
      const { outcome, context, settings } = session ?? {}
      return {
        session: row.id,
        number: context?.attempt ?? rows.length - i,
        title: row.summary,
        status: row.status,
        errorPx: outcome?.solveErrorPx ?? null,
        heldOutErrorPx: outcome?.heldOutErrorPx ?? null,
        confidence: outcome?.confidence ?? null,
        totalTracks: outcome?.totalTracks ?? null,
        solvedTracks: outcome?.successfulTracks ?? null,
        solvedFrames: outcome?.solvedFrames ?? null,
        settings: settings?.values ?? {},
        reason: settings?.reason ?? null,
        isKept: false,
      }
    })
    .reverse()
}

/**
 * What is shown when the address names no attempt: of those that came out in nearly as many frames as any, the one that fits
 * best where the solver did not look; the newest when none came out; null without any.
 */
export function usualAttempt(attempts: readonly AttemptFacts[]): string | null {
  const most = Math.max(...attempts.map(({ solvedFrames }) => solvedFrames ?? 0))
  const errorOf = ({ heldOutErrorPx, errorPx }: AttemptFacts) => heldOutErrorPx ?? errorPx ?? Number.POSITIVE_INFINITY
  const good = attempts
    .filter(({ status, solvedFrames }) => status === 'succeeded' && (solvedFrames ?? 0) >= 0.95 * most)
    .toSorted((a, b) => errorOf(a) - errorOf(b))
  return (good[0] ?? attempts.at(-1))?.session ?? null
}
