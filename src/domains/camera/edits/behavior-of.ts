/** A round of edits as the behaviour record of the session that was edited. */
import { regionIndex } from '#track/match/region.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { Track } from '#track/tracks.ts'
import type { CameraBehavior, InferredReason } from '../behavior.ts'
import { inferredReasons } from '../behavior.ts'
import { pairOf, rounded } from '../recording/rounded.ts'
import { type Pair, type Region, regions } from '../terms.ts'
import type { TrackChange } from './changes.ts'
import { compareSolves, qualityOf } from './compare.ts'

export interface EditRound {
  readonly id: string
  /** Fingerprint of the clip. */
  readonly clip: string | null
  /** Of the session that was edited. */
  readonly attempt: number | null
  readonly size: { readonly widthPx: number; readonly heightPx: number }
  readonly changes: readonly TrackChange[]
  readonly before: Side
  readonly after: Side
  /** Tracks that were followed from the points that were added, in the order of the changes; null where none came of it. */
  readonly added: readonly (Track | null)[]
  readonly activeMs: number
  readonly wallMs: number
}

interface Side {
  readonly tracks: readonly Track[]
  readonly shots: readonly Shot[]
  readonly options: SolveOptions
}

export function behaviorOf(round: EditRound): CameraBehavior {
  const { before, after, changes, size } = round
  const tracks = new Map(before.tracks.map((track) => [track.id, track]))
  const [errorsBefore, errorsAfter] = [pointErrors(before.shots), pointErrors(after.shots)]
  const ops = <Op extends TrackChange['op']>(op: Op) =>
    changes.filter((change): change is Extract<TrackChange, { readonly op: Op }> => change.op === op)
  const named = (id: number) => ({ track: trackName(id), region: regionOf(tracks.get(id), size) })
  const additions = ops('add').map(({ frame, x, y, ...why }, i) => {
    const track = round.added[i] ?? null
    return {
      track: track === null ? null : trackName(track.id),
      region: regionAt(x, y, size),
      startFrame: frame,
      positionUv: uv(x, y, size),
      lifespanFrames: track === null ? 0 : track.frames.at(-1)! - track.frames[0]!,
      contributedToSolve: track !== null && errorsAfter.has(track.id),
      reprojectionErrorPx: rounded(track === null ? null : (errorsAfter.get(track.id) ?? null)),
      ...reasonOf(why),
    }
  })
  const deletions = ops('delete').map(({ track, ...why }) => ({
    ...named(track),
    markerCount: tracks.get(track)?.frames.length ?? null,
    contributedToSolve: errorsBefore.has(track),
    reprojectionErrorPx: rounded(errorsBefore.get(track) ?? null),
    ...reasonOf(why),
  }))
  const switched = (op: 'disable' | 'enable') =>
    ops(op).map(({ track, ...why }) => ({ ...named(track), ...reasonOf(why) }))
  return {
    recordId: round.id,
    clip: round.clip,
    attempt: round.attempt,
    clock: 'utc',
    editingS: rounded(round.wallMs / 1000),
    activeS: rounded(round.activeMs / 1000),
    settings: numbersChanged(before.options, after.options),
    choices: choicesChanged(before.options, after.options),
    resolve: resolveOf(before.shots, after.shots),
    additions,
    deletions,
    disabled: switched('disable'),
    enabled: switched('enable'),
    refinements: ops('move').map((move) => refinement(move, tracks.get(move.track), size)),
    markerDeletions: ops('delete-markers').map(({ track, from, to, ...why }) => ({
      ...named(track),
      fromFrame: from,
      toFrame: to,
      markerCount: tracks.get(track)?.frames.filter((frame) => frame >= from && frame <= to).length ?? null,
      ...reasonOf(why),
    })),
    netTrackChange: additions.length - deletions.length,
    regionAdditions: tally(additions.map(({ region }) => region)),
  }
}

const trackName = (id: number) => `track ${id + 1}`

const isKnownReason = (reason: string): reason is InferredReason => inferredReasons.some((known) => known === reason)

/** A reason in a person's own words is kept as words. */
const reasonOf = ({ reason, inferred }: Pick<TrackChange, 'reason' | 'inferred'>) =>
  reason === null ? {} : isKnownReason(reason) ? { reason, inferred } : { reasonText: reason, inferred }

const pointErrors = (shots: readonly Shot[]): ReadonlyMap<number, number> =>
  new Map(
    shots.flatMap(({ result }) =>
      result.ok ? result.solution.points.map(({ track, errorPx }) => [track, errorPx] as const) : [],
    ),
  )

type Size = EditRound['size']

/** In shares of the picture, from its bottom-left corner. */
const uv = (x: number, y: number, { widthPx, heightPx }: Size): Pair => pairOf(x / widthPx, 1 - y / heightPx)

const regionAt = (x: number, y: number, { widthPx, heightPx }: Size): Region | null =>
  regions[regionIndex(x, y, widthPx, heightPx)] ?? null

/** Of the mean of its markers. */
function regionOf(track: Track | undefined, size: Size): Region | null {
  if (track === undefined || track.frames.length === 0) return null
  const mean = (offset: 0 | 1) =>
    track.frames.reduce((sum, _, i) => sum + track.xy[2 * i + offset]!, 0) / track.frames.length
  return regionAt(mean(0), mean(1), size)
}

function refinement(
  { track: id, frame, x, y }: Extract<TrackChange, { readonly op: 'move' }>,
  track: Track | undefined,
  size: Size,
) {
  const at = track?.frames.indexOf(frame) ?? -1
  const from = at < 0 ? null : ([track!.xy[2 * at]!, track!.xy[2 * at + 1]!] as const)
  return {
    track: trackName(id),
    frame,
    fromUv: from === null ? null : uv(from[0], from[1], size),
    toUv: uv(x, y, size),
    distancePx: from === null ? null : rounded(Math.hypot(x - from[0], y - from[1])),
  }
}

function resolveOf(before: readonly Shot[], after: readonly Shot[]) {
  const [was, is] = [qualityOf(before), qualityOf(after)]
  return {
    attempted: true,
    errorBeforePx: rounded(was.errorPx),
    errorAfterPx: rounded(is.errorPx),
    improvementPx: was.errorPx === null || is.errorPx === null ? null : rounded(was.errorPx - is.errorPx),
    heldOutBeforePx: rounded(was.heldOutErrorPx),
    heldOutAfterPx: rounded(is.heldOutErrorPx),
    improved: compareSolves(was, is).better,
  }
}

function numbersChanged(before: SolveOptions, after: SolveOptions): NonNullable<CameraBehavior['settings']> {
  const names = ['focalPx', 'seed'] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const [was, is] = [before[name], after[name]]
      if (was === is) return []
      const delta = was === null || is === null ? null : rounded(is - was)
      return [[name, { before: rounded(was), after: rounded(is), delta }]]
    }),
  )
}

function choicesChanged(before: SolveOptions, after: SolveOptions): NonNullable<CameraBehavior['choices']> {
  const words = ({ focal, motion, zoom, lens }: SolveOptions) => ({
    focal,
    motion,
    zoom,
    lens: lens === 'auto' ? lens : lens.model,
  })
  const [was, is] = [words(before), words(after)]
  const names = ['focal', 'motion', 'zoom', 'lens'] as const
  return Object.fromEntries(
    names.flatMap((name) => (was[name] === is[name] ? [] : [[name, { before: was[name], after: is[name] }]])),
  )
}

function tally(found: readonly (Region | null)[]): NonNullable<CameraBehavior['regionAdditions']> {
  return Object.fromEntries(
    regions.flatMap((region) => {
      const count = found.filter((one) => one === region).length
      return count > 0 ? [[region, count]] : []
    }),
  )
}
