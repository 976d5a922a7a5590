/** `tracks.json`: what was followed through a clip, where, how well, and why it ended. Its layout is in docs/spec.md. */
import type { ClipInfo } from '#vision/frames.ts'
import type { DetectReport } from '../match/detect.ts'
import type { SettingsChange, Track, TrackerSettings } from '../tracks.ts'
import type { TextFile } from './names.ts'

export interface TracksDocument {
  /** The clip's file name, without its folder. */
  readonly clip: string
  readonly info: ClipInfo
  /** First and last frame that were looked at. */
  readonly frames: { readonly from: number; readonly to: number }
  readonly settings: TrackerSettings
  readonly changes: readonly SettingsChange[]
  /** The first frame of each new shot. */
  readonly cuts: readonly number[]
  readonly detections: readonly DetectReport[]
  readonly tracks: readonly Track[]
  /** Ids of tracks that a person switched off; absent: none. */
  readonly disabled?: readonly number[]
  /** Tracks that were taken out before the solve, where that showed, and why. */
  readonly removed?: readonly { readonly track: Track; readonly frame: number; readonly reason: string }[]
}

/** One track to a line. */
export function tracksJson(document: TracksDocument): TextFile {
  const { clip, info, frames, settings, changes, cuts, detections, tracks, disabled = [], removed = [] } = document
  const { widthPx, heightPx, frameCount } = info
  const head = {
    format: 'hindsight-tracks',
    version: 1,
    clip: { name: clip, widthPx, heightPx, frameCount },
    frames,
    settings,
    changes,
    cuts,
    detections: detections.map(({ frame, xy, regions }) => ({ frame, placed: xy.length / 2, regions })),
    // Only where there are any: most runs have none.
    ...(disabled.length > 0 ? { disabled } : {}),
  }
  return {
    name: 'tracks.json',
    *pieces() {
      yield `${JSON.stringify(head).slice(0, -1)},\n"tracks":[\n`
      for (const [index, track] of tracks.entries()) {
        yield `${JSON.stringify(shown(track))}${index < tracks.length - 1 ? ',' : ''}\n`
      }
      yield '],\n"removed":[\n'
      for (const [index, { track, frame, reason }] of removed.entries()) {
        yield `${JSON.stringify({ frame, reason, ...shown(track) })}${index < removed.length - 1 ? ',' : ''}\n`
      }
      yield ']}\n'
    },
  }
}

function shown({ id, origin, startFrame, begin, end, frames, xy, correlation }: Track): object {
  return {
    id,
    origin,
    startFrame,
    begin,
    end,
    frames: [...frames],
    xy: Array.from(frames, (_, i) => [xy[2 * i], xy[2 * i + 1]]),
    // NaN, where nothing was matched, becomes null.
    correlation: [...correlation],
  }
}
