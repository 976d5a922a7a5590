/** `tracks.json` read back: what `tracksJson` wrote, or somebody else in its layout. */
import { z } from 'zod'
import type { SettingsChange, Track, TrackerSettings } from '#track/tracks.ts'
import { motionModels } from '../terms.ts'

/** What an editor or exporter needs of it. */
export interface StoredTracks {
  readonly frames: { readonly from: number; readonly to: number }
  readonly settings: TrackerSettings
  readonly changes: readonly SettingsChange[]
  readonly cuts: readonly number[]
  readonly tracks: readonly Track[]
  /** Tracks that a person switched off: kept, but not solved with. */
  readonly disabled: readonly number[]
  /** Taken out before the solve, in which frame that showed, and why. */
  readonly removed: readonly { readonly track: Track; readonly frame: number; readonly reason: string }[]
}

const frame = z.int().min(0).max(100_000_000)
const settings = z.object({
  patternSize: z.number(),
  searchSize: z.number(),
  correlation: z.number(),
  motionModel: z.enum(motionModels),
  patternMatch: z.enum(['keyframe', 'previous-frame']),
  normalize: z.boolean(),
})
const end = z
  .object({
    frame,
    reason: z.enum([
      'left-frame',
      'low-correlation',
      'drift',
      'occluded',
      'scene-cut',
      'masked',
      'range-end',
      'stopped',
    ]),
  })
  .nullable()

const path = {
  id: z.int().min(0),
  origin: z.enum(['detected', 'user', 'replenished', 'imported']),
  startFrame: frame,
  begin: end,
  end,
  frames: z.array(frame),
  xy: z.array(z.tuple([z.number(), z.number()])),
  correlation: z.array(z.number().nullable()),
}
type Path = z.output<z.ZodObject<typeof path>>

const isWhole = ({ frames, xy, correlation }: Path) =>
  frames.length === xy.length &&
  frames.length === correlation.length &&
  frames.every((one, i) => i === 0 || one > frames[i - 1]!)

const document = z.object({
  format: z.literal('hindsight-tracks'),
  version: z.literal(1),
  frames: z.object({ from: frame, to: frame }),
  settings,
  changes: z.array(
    z.object({ frame, track: z.int().nullable(), before: settings, after: settings, cause: z.string() }),
  ),
  cuts: z.array(frame),
  disabled: z.array(z.int().min(0)).default([]),
  tracks: z.array(z.object(path).refine(isWhole)),
  removed: z.array(z.object({ ...path, frame, reason: z.string() }).refine(isWhole)).default([]),
})

/** @returns null for anything in another layout */
export function readTracksDocument(value: unknown): StoredTracks | null {
  const { data } = document.safeParse(value)
  if (data === undefined) return null
  const { frames, settings: used, changes, cuts, disabled } = data
  const tracks = data.tracks.map(trackOf)
  const removed = data.removed.map(({ frame: at, reason, ...track }) => ({ track: trackOf(track), frame: at, reason }))
  return { frames, settings: used, changes, cuts, disabled, tracks, removed }
}

const trackOf = ({ frames, xy, correlation, ...rest }: Path): Track => ({
  ...rest,
  frames: Int32Array.from(frames),
  xy: Float64Array.from(xy.flat()),
  correlation: Float32Array.from(correlation, (score) => score ?? Number.NaN),
})
