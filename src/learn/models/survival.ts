/** Survival in whole frames: curves, what can be read from them, and the one that knows nothing but lifetimes. */

/** How long something was seen, in frames, and whether it then failed (true) or was merely no longer watched (false). */
export interface Seen {
  readonly frames: number
  readonly failed: boolean
}

/**
 * The chance to outlive each age, in frames: Kaplan and Meier, JASA 1958. Entry t is the chance of more than t frames; the last
 * entry is that of the longest that was seen.
 *
 * @returns an empty curve when nothing was seen
 */
export function kaplanMeier(lives: readonly Seen[]): Float64Array {
  const longest = lives.reduce((most, { frames }) => Math.max(most, frames), -1)
  const failures = new Float64Array(longest + 1)
  const ended = new Float64Array(longest + 1)
  for (const { frames, failed } of lives) {
    ended[frames]!++
    if (failed) failures[frames]!++
  }
  let atRisk = lives.length
  let chance = 1
  return ended.map((count, frames) => {
    if (atRisk > 0) chance *= 1 - failures[frames]! / atRisk
    atRisk -= count
    return chance
  })
}

/** The curve of chances to survive so many frames more, from the hazard of each: the product of 1 - hazard. */
export function survivalOf(hazards: ArrayLike<number>): Float64Array {
  let chance = 1
  return Float64Array.from(hazards, (hazard) => (chance *= 1 - hazard))
}

/** First frame of a curve by which half have failed; null when the curve ends above that. */
export function medianLife(survival: ArrayLike<number>, start = 1): number | null {
  for (let frame = 0; frame < survival.length; frame++) if (survival[frame]! <= start / 2) return frame
  return null
}

/** Frames to be expected within the curve: its sum. Rises where risk falls, also between curves that stay above a half. */
export const expectedFrames = (survival: Float64Array): number => survival.reduce((sum, chance) => sum + chance, 0)
