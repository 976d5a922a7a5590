/**
 * What can be known of a track at a frame from the frames before: of each signal its value, its change over a window, and its
 * mean and spread within it. Differences matter more than the model behind them: on raw positions every model does much worse.
 */

/** Of each signal one number per frame of the track's life, the first frame first; what is not finite is unknown. */
export type Signals = readonly Float64Array[]

export const windowFeatureNames = (signalNames: readonly string[], window: number): string[] => [
  'age',
  ...signalNames.flatMap((name) => [
    name,
    `${name} change ${window}`,
    `${name} mean ${window}`,
    `${name} spread ${window}`,
  ]),
]

/** Writes the features of one frame (from 0) to `to` at `at`; no frame after it is looked at. */
export function writeWindowFeatures(signals: Signals, frame: number, window: number, to: Float64Array, at: number) {
  to[at] = frame
  signals.forEach((signal, index) => {
    const first = Math.max(0, frame - window)
    let [count, mean, squares] = [0, 0, 0]
    for (let i = first; i <= frame; i++) {
      const value = signal[i]!
      if (!Number.isFinite(value)) continue
      count++
      const step = value - mean
      mean += step / count
      squares += step * (value - mean)
    }
    const k = at + 1 + 4 * index
    to[k] = signal[frame]!
    to[k + 1] = frame < window ? Number.NaN : signal[frame]! - signal[first]!
    to[k + 2] = count === 0 ? Number.NaN : mean
    to[k + 3] = count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1))
  })
}
