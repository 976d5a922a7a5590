/** What the forecast looks at, how it counts, and its weights; printed by `bench/forecast.ts`, to be replaced as a whole. */

interface Feature {
  /** Taken where it cannot be measured. */
  readonly unknown: number
  /** Which way every term counts for the better; null: not known beforehand. The fit gives none a weight against it. */
  readonly better: 'more' | 'less' | null
  /** What is linear in the log odds. */
  terms(value: number): readonly number[]
  warning(value: number | null): string
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
const octaves = (value: number, unit: number, low: number, high: number) =>
  clamp(Math.log2(Math.max(value, 1e-6) / unit), low, high)
const percent = (share: number) => `${Math.round(100 * share)} %`

export type FeatureName =
  | 'liveTracks'
  | 'fewestTracks'
  | 'length'
  | 'coverage'
  | 'motion'
  | 'depth'
  | 'looseShare'
  | 'noise'
  | 'focalKnown'

export const features: Readonly<Record<FeatureName, Feature>> = {
  liveTracks: {
    unknown: 0,
    better: 'more',
    terms: (n) => [octaves(n, 32, -4, 2)],
    warning: (n) => `Only ${n ?? 0} tracks are in a frame.`,
  },
  fewestTracks: {
    unknown: 0,
    better: 'more',
    terms: (n) => [octaves(n, 12, -3, 2)],
    warning: (n) => `In one frame only ${n ?? 0} tracks are left.`,
  },
  length: {
    unknown: 0,
    better: 'more',
    terms: (n) => [octaves(n, 10, -2, 2)],
    warning: (n) => `Tracks are short: ${(n ?? 0).toFixed(0)} frames on average.`,
  },
  coverage: {
    unknown: 0,
    better: 'more',
    terms: (share) => [10 * share],
    warning: (share) => `Tracks fill only ${percent(share ?? 0)} of the picture's nine regions.`,
  },
  motion: {
    unknown: 0,
    better: 'more',
    terms: (widths) => [octaves(widths, 0.1, -4, 2)],
    warning: (widths) =>
      widths === null
        ? 'No motion of the picture can be told.'
        : `The picture moves by only ${percent(widths)} of its width.`,
  },
  depth: {
    unknown: 0.02,
    better: null,
    terms: (depth) => {
      const at = octaves(depth, 0.04, -3, 2)
      return [Math.max(0, at), Math.max(0, -at)]
    },
    warning: (depth) =>
      `Depth hardly shows (${percent(depth ?? 0)} of the motion): it is not clear whether the camera turns or travels.`,
  },
  looseShare: {
    unknown: 0.05,
    better: 'less',
    // Robust estimation bears a fifth of wrong tracks better than more.
    terms: (share) => [10 * clamp(share, 0, 0.6), 10 * clamp(share - 0.2, 0, 0.4)],
    warning: (share) => `${percent(share ?? 0)} of the tracks do not move with the rest.`,
  },
  noise: {
    unknown: 0.3,
    better: 'less',
    terms: (px) => [octaves(px, 0.3, -2, 3)],
    warning: (px) => `Tracks waver by ${(px ?? 0).toFixed(1)} pixels (of a picture 960 wide).`,
  },
  focalKnown: {
    unknown: 0,
    better: 'more',
    terms: (known) => [known],
    warning: () => 'The focal length is not known.',
  },
}

type PerTerm = Readonly<Record<FeatureName, readonly number[]>>

export const intercept = 0.065

export const weights: PerTerm = {
  liveTracks: [0.256],
  fewestTracks: [0.519],
  length: [0.511],
  coverage: [0],
  motion: [0.551],
  depth: [0.211, 0.538],
  looseShare: [-0.293, 0],
  noise: [-0.792],
  focalKnown: [0.293],
}

/** Mean of each term over the scenes of the fit. */
export const centre: PerTerm = {
  liveTracks: [0.394],
  fewestTracks: [1.272],
  length: [0.162],
  coverage: [8.965],
  motion: [0.82],
  depth: [1.078, 0.671],
  looseShare: [0.823, 0.162],
  noise: [0.031],
  focalKnown: [0.515],
}
