/** Learning gives way to recording: what comes in now is lost if it is not taken, what it teaches can wait. */
import type { Engine } from '../engine.ts'

/** No session came for so long. */
const quietMs = 2_000
/** Where they never stop coming, a share of each minute is for learning; every thread knows by the clock which. */
const minuteMs = 60_000
const shareMs = 6_000

/** Whether it is time to learn from sessions. */
export async function mayLearn({ store }: Engine): Promise<boolean> {
  return isTime(await store.catalog.lastArrivalMs(), Date.now())
}

/**
 * @param lastArrivalMs of a session; null = none ever came. Both are milliseconds since 1970
 */
export function isTime(lastArrivalMs: number | null, nowMs: number): boolean {
  if (lastArrivalMs === null || nowMs % minuteMs < shareMs) return true
  // Where the clock was set back, sessions come from the future.
  return Math.abs(nowMs - lastArrivalMs) > quietMs
}
