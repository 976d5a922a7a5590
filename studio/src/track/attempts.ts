/** The recorded sessions of a clip as attempts that can be told apart and compared. */
import type { CameraSession } from '#domains/camera/session.ts'
import type { SessionRow } from '../data/types.ts'
import type { AttemptFacts } from './track-data.ts'

/**
 * @param rows newest first, as the engine lists them
 * @param sessions in the same order; null while one is on its way
 * @returns oldest first
 */
export function attemptsOf(
  rows: readonly SessionRow[],
  sessions: readonly (CameraSession | null)[],
  kept: string | null,
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
        isKept: row.id === kept,
      }
    })
    .reverse()
}

/** What is shown when the address names no attempt: the newest that came out, else the newest. */
export function usualAttempt(rows: readonly SessionRow[]): string | null {
  const good = rows.find(({ status }) => status === 'succeeded') ?? rows.find(({ status }) => status === 'partial')
  return (good ?? rows[0])?.id ?? null
}
