/**
 * How many throws of a coin a session says as much as. A Beta posterior takes outcomes for heads or tails; those that are
 * graded lie nearer to each other, and then few sessions tell what many throws would. The evidence has sums only, so their
 * variance is taken from how far the settings of one level lie from their common mean. That counts real differences between
 * settings as noise, and so errs towards doubt.
 */

/** Settings for which it counts that outcomes are presumed to be throws of a coin. */
const presumption = 4
const most = 30
/** Below it chance may have laid throws of a coin so near to each other. */
const least = 2

/** @param settings that were seen at a level, by one source: how often, and with which mean outcome */
export function throwsOf(settings: readonly { readonly count: number; readonly mean: number }[]): number {
  const count = settings.reduce((sum, one) => sum + one.count, 0)
  if (settings.length < 2 || count === 0) return 1
  const mean = settings.reduce((sum, one) => sum + one.count * one.mean, 0) / count
  const coin = mean * (1 - mean)
  if (!(coin > 0)) return 1
  const squares = settings.reduce((sum, one) => sum + one.count * (one.mean - mean) ** 2, 0)
  const variance = (presumption * coin + squares) / (presumption + settings.length - 1)
  const throws = coin / variance
  return throws < least ? 1 : Math.min(most, throws)
}
