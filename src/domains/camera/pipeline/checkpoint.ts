/**
 * What a run that was stopped goes on with: the tracks of the attempt that it was at, so that only the cheap half is left. It
 * is taken up by an attempt of the same engine with the same settings over the same frames, and by no other.
 */
import type { DetectReport } from '#track/match/detect.ts'
import type { Track } from '#track/tracks.ts'
import type { EngineName } from '../engines/engine.ts'
import type { Probe } from '../probe/probe.ts'
import type { Adaptation, AttemptSettings } from './attempt.ts'
import type { Followed } from './follow.ts'

export interface Checkpoint {
  readonly format: 'hindsight-checkpoint'
  readonly version: 1
  readonly engine: { readonly name: EngineName; readonly version: string }
  readonly retry: number
  readonly settings: AttemptSettings
  readonly range: { readonly from: number; readonly to: number }
  readonly seed: number
  readonly probe: Probe | null
  readonly followed: Followed
}

type Key = Pick<Checkpoint, 'engine' | 'retry' | 'settings' | 'range' | 'seed'>

/** Whether an attempt may go on from a checkpoint: everything that its tracks depend on is the same. */
export function fits(checkpoint: Checkpoint, attempt: Key): boolean {
  const key = ({ engine, retry, settings, range, seed }: Key) => JSON.stringify([engine, retry, settings, range, seed])
  return key(checkpoint) === key(attempt)
}

/** Pieces of a JSON text, a track to a line: long clips have more than one string holds. */
export function* checkpointText({ followed, ...head }: Checkpoint): Iterable<string> {
  const { tracks, detections, cuts, adaptations } = followed
  const found = detections.map(({ xy, strength, ...report }) => ({ ...report, xy: [...xy], strength: [...strength] }))
  yield `${JSON.stringify({ ...head, cuts, adaptations, detections: found }).slice(0, -1)},\n"tracks":[\n`
  for (const [i, { frames, xy, correlation, ...track }] of tracks.entries()) {
    const line = JSON.stringify({ ...track, frames: [...frames], xy: [...xy], correlation: [...correlation] })
    yield `${line}${i < tracks.length - 1 ? ',' : ''}\n`
  }
  yield ']}\n'
}

interface StoredTrack extends Omit<Track, 'frames' | 'xy' | 'correlation'> {
  readonly frames: readonly number[]
  readonly xy: readonly number[]
  readonly correlation: readonly (number | null)[]
}
interface StoredDetection extends Omit<DetectReport, 'xy' | 'strength'> {
  readonly xy: readonly number[]
  readonly strength: readonly number[]
}
interface Stored extends Omit<Checkpoint, 'followed'> {
  readonly cuts: readonly number[]
  readonly adaptations: readonly Adaptation[]
  readonly detections: readonly StoredDetection[]
  readonly tracks: readonly StoredTrack[]
}

/** @returns null for anything but a checkpoint that this program wrote; a run without one only takes longer */
export function readCheckpoint(text: string): Checkpoint | null {
  try {
    const { cuts, adaptations, detections, tracks, ...head } = JSON.parse(text) as Stored
    if (head.format !== 'hindsight-checkpoint' || head.version !== 1) return null
    const followed: Followed = {
      cuts,
      adaptations,
      detections: detections.map(({ xy, strength, ...report }) => ({
        ...report,
        xy: Float64Array.from(xy),
        strength: Float32Array.from(strength),
      })),
      tracks: tracks.map(({ frames, xy, correlation, ...track }) => ({
        ...track,
        frames: Int32Array.from(frames),
        xy: Float64Array.from(xy),
        correlation: Float32Array.from(correlation, (value) => value ?? Number.NaN),
      })),
    }
    return { ...head, followed }
  } catch {
    return null
  }
}
