/** What the forecast looks at, how it counts, and its weights; printed by `bench/forecast.ts`, to be replaced as a whole. */

interface Feature {
  /** Taken where it cannot be measured. */
  readonly unknown: number
  /** What is linear in the log odds. */
  terms(value: number): readonly number[]
  warning(value: number | null): string
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
const octaves = (value: number, unit: number, low: number, high: number) =>
  clamp(Math.log2(Math.max(value, 1e-6) / unit), low, high)
const percent = (share: number) => `${Math.round(100 * share)} %`

export type FeatureName =
  | 'frames'
  | 'liveTracks'
  | 'fewestTracks'
  | 'length'
  | 'coverage'
  | 'motion'
  | 'depth'
  | 'looseShare'
  | 'noise'

export const features: Readonly<Record<FeatureName, Feature>> = {
  frames: {
    unknown: 0,
    terms: (frames) => [octaves(frames, 16, -3, 2)],
    warning: (frames) => `The shot has only ${frames ?? 0} frames.`,
  },
  liveTracks: {
    unknown: 0,
    terms: (n) => [octaves(n, 32, -4, 2)],
    warning: (n) => `Only ${n ?? 0} tracks are in a frame.`,
  },
  fewestTracks: {
    unknown: 0,
    terms: (n) => [octaves(n, 12, -3, 2)],
    warning: (n) => `In one frame only ${n ?? 0} tracks are left.`,
  },
  length: {
    unknown: 0,
    terms: (n) => [octaves(n, 10, -2, 2)],
    warning: (n) => `Tracks are short: ${(n ?? 0).toFixed(0)} frames on average.`,
  },
  coverage: {
    unknown: 0,
    terms: (share) => [share],
    warning: (share) => `Tracks fill only ${percent(share ?? 0)} of the picture's nine regions.`,
  },
  motion: {
    unknown: 0,
    terms: (widths) => [octaves(widths, 0.1, -4, 2)],
    warning: (widths) =>
      widths === null
        ? 'No motion of the picture can be told.'
        : `The picture moves by only ${percent(widths)} of its width.`,
  },
  depth: {
    unknown: 0.02,
    terms: (depth) => {
      const at = octaves(depth, 0.03, -2, 3)
      return [at, at * at]
    },
    warning: (depth) =>
      `Depth hardly shows (${percent(depth ?? 0)} of the motion): it is not clear whether the camera turns or travels.`,
  },
  looseShare: {
    unknown: 0.05,
    terms: (share) => [clamp(share, 0, 0.6), clamp(share - 0.2, 0, 0.4)],
    warning: (share) => `${percent(share ?? 0)} of the tracks do not move with the rest.`,
  },
  noise: {
    unknown: 0.3,
    terms: (px) => [octaves(px, 0.3, -2, 3)],
    warning: (px) => `Tracks waver by ${(px ?? 0).toFixed(1)} pixels (of a picture 960 wide).`,
  },
}

type PerTerm = Readonly<Record<FeatureName, readonly number[]>>

export const intercept = 1.5

export const weights: PerTerm = {
  frames: [0.3],
  liveTracks: [0.3],
  fewestTracks: [0.4],
  length: [0.4],
  coverage: [1],
  motion: [0.5],
  depth: [0.1, 0.1],
  looseShare: [-3, -4],
  noise: [-0.4],
}

/** Mean of each term over the scenes of the fit. */
export const centre: PerTerm = {
  frames: [1],
  liveTracks: [1],
  fewestTracks: [1],
  length: [0.5],
  coverage: [0.8],
  motion: [1],
  depth: [0.5, 1.5],
  looseShare: [0.1, 0.02],
  noise: [0.5],
}
