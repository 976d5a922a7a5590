/** From log odds to a chance, and back. */
export const sigmoid = (score: number) => 1 / (1 + Math.exp(-score))

/** A chance of 0 or 1 counts as 1e-12 away from it, so that log odds stay finite. */
export function logOdds(chance: number): number {
  const within = Math.min(1 - 1e-12, Math.max(1e-12, chance))
  return Math.log(within) - Math.log1p(-within)
}
