/** Tracks and what befell them, as AutoSolve writes them. */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { deletionReasons, endReasons, trackOrigins, unsolvedReasons } from '../../terms.ts'
import {
  type Field,
  flag,
  integer,
  list,
  map,
  number,
  optional,
  pair,
  record,
  region,
  same,
  text,
  textOrEmpty,
  unless,
  word,
} from './codec.ts'

const pairs = list(pair)
const numbers = list(number)

/** Never filled in by AutoSolve: always zeros and full confidence. */
const emptySignature = { position: [0, 0], velocity: [0, 0], acceleration: [0, 0], confidence: 1 }
const signature = unless(
  emptySignature,
  record([
    ['position', 'positionUv', pair],
    ['velocity', 'velocityUv', pair],
    ['acceleration', 'accelerationUv', pair],
    ['confidence', 'confidence', number],
  ]),
)

/** "high-error" here is HIGH_ERROR there. */
const shout = (name: string) => name.toUpperCase().replaceAll('-', '_')
export const shouted = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, shout(name)]))

/** The guide says 0 to 1, its code has no upper end, and neither have we: what is above goes along beside it. */
const cappedJitter: Field = {
  read: number.read,
  write: (value) => (typeof value === 'number' ? Math.min(1, value) : (value ?? null)),
}
const aboveOne: Field = {
  read: number.read,
  write: (value) => (typeof value === 'number' && value > 1 ? value : undefined),
}

export const track: Field = record(
  [
    ['name', 'name', text],
    ['lifespan', 'lifespanFrames', integer],
    ['start_frame', 'startFrame', integer],
    ['end_frame', 'endFrame', integer],
    ['region', 'region', region],
    ['avg_velocity', 'averageVelocityUv', number],
    ['jitter_score', 'jitter', cappedJitter],
    ['success', 'survived', flag],
    ['contributed_to_solve', 'contributedToSolve', flag],
    ['reprojection_error', 'reprojectionErrorPx', unless(0, number)],
    ['initial_position', 'initialUv', unless([0, 0], pair)],
    ['feature_quality_score', 'featureQuality', number],
    ['trajectory', 'trajectory.positionsUv', pairs],
    ['trajectory_sample_rate', 'trajectory.everyMarkers', integer],
    ['trajectory_velocities', 'trajectory.stepsUv', numbers],
    ['trajectory_confidence', 'trajectory.confidences', numbers],
    ['avg_confidence', 'averageConfidence', number],
    ['start_signature', 'startSignature', signature],
    ['end_signature', 'endSignature', signature],
    ['is_anchor_candidate', 'isAnchorCandidate', unless(false, flag)],
    ['anchor_quality', 'anchorQuality', unless(0, number)],
    // Not AutoSolve's: what its record has no place for.
    ['marker_count', 'markerCount', optional(integer)],
    ['trajectory_frames', 'trajectory.frames', optional(list(integer))],
    ['origin', 'origin', optional(word(same(trackOrigins)))],
    ['placed_frame', 'placedFrame', optional(integer)],
    ['begin_reason', 'beginReason', optional(word(same(endReasons)))],
    ['end_reason', 'endReason', optional(word(same(endReasons)))],
    ['unsolved_reason', 'unsolvedReason', optional(word(same(unsolvedReasons)))],
    ['dropped_frames', 'droppedFrames', optional(list(integer))],
    ['cleaned_frames', 'cleanedFrames', optional(list(integer))],
    ['jitter_exact', 'jitter', aboveOne],
    ['deletion_reason', 'deletion.reason', optional(word(same(deletionReasons)))],
    ['deletion_noticed_frame', 'deletion.noticedFrame', optional(integer)],
    ['deletion_into', 'deletion.into', optional(text)],
  ],
  {
    afterRead(ours, theirs) {
      if (theirs['anchor_measured'] === true) {
        delete ours['anchor_measured']
        ours['isAnchorCandidate'] = theirs['is_anchor_candidate'] ?? null
        ours['anchorQuality'] = theirs['anchor_quality'] ?? null
      }
      // A confidence is made from the samples; without any it is only the default.
      if (isEmptyList(theirs['trajectory_confidence']) && ours['averageConfidence'] === 1)
        ours['averageConfidence'] = null
    },
    // AutoSolve never looks, and writes what a look would find of a bad track.
    afterWrite(theirs, ours) {
      if (typeof ours['isAnchorCandidate'] === 'boolean' && typeof ours['anchorQuality'] === 'number')
        theirs['anchor_measured'] = true
    },
  },
)

const isEmptyList = (value: Json | undefined) => !Array.isArray(value) || value.length === 0

/** Their log of deletions; the whole record of the track goes along, where there is one. */
const failureOnly = record([
  ['track_name', 'name', text],
  ['frame', 'deletion.noticedFrame', integer],
  ['position', 'initialUv', pair],
  ['reason', 'deletion.reason', word(shouted(deletionReasons))],
])

export const trackFailure: Field = {
  read(value, path, notes) {
    if (!isJsonObject(value)) return failureOnly.read(value, path, notes)
    const { track: whole, ...rest } = value
    const failure = failureOnly.read(rest, path, notes)
    const known = whole === undefined ? null : track.read(whole, path, notes)
    if (!isJsonObject(known) || !isJsonObject(failure)) return failure
    const { deletion = null, ...logged } = filled(failure)
    const more = isJsonObject(known['deletion']) ? known['deletion'] : {}
    return { ...known, ...logged, deletion: isJsonObject(deletion) ? { ...more, ...deletion } : more }
  },
  write(value, path, notes) {
    if (!isJsonObject(value)) return null
    const { name, initialUv, deletion, ...more } = value
    const { into = null, ...seen } = isJsonObject(deletion ?? null) ? (deletion as JsonObject) : {}
    const failure = failureOnly.write({ name: name ?? null, initialUv: initialUv ?? null, deletion: seen }, path, notes)
    const hasMore = into !== null || Object.values(more).some((item) => item !== null)
    return isJsonObject(failure) && hasMore
      ? { ...failure, track: track.write(value, path, notes) ?? null }
      : (failure ?? null)
  },
}

const filled = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))

export const anchor: Field = record([
  ['name', 'name', text],
  ['start_frame', 'startFrame', integer],
  ['end_frame', 'endFrame', integer],
  ['quality', 'quality', number],
])

const byFrame = list(map(pair))

export const healingAttempt: Field = record([
  ['gap_start_frame', 'gapStartFrame', integer],
  ['gap_end_frame', 'gapEndFrame', integer],
  ['gap_start_pos', 'gapStartUv', pair],
  ['gap_end_pos', 'gapEndUv', pair],
  ['gap_start_vel', 'gapStartVelocityUv', pair],
  ['gap_end_vel', 'gapEndVelocityUv', pair],
  ['anchor_count', 'anchorCount', integer],
  ['anchor_positions', 'anchorPositionsUv', byFrame],
  ['anchor_velocities', 'anchorVelocitiesUv', byFrame],
  ['anchor_regions', 'anchorRegions', list(region, 'null')],
  ['anchor_qualities', 'anchorQualities', numbers],
  ['interpolated_positions', 'interpolatedUv', pairs],
  ['method_used', 'method', textOrEmpty],
  // Never measured after healing: always 0.0.
  ['post_heal_error', 'errorPx', unless(0, number)],
  ['heal_success', 'healed', flag],
  ['earlier_track', 'earlier', optional(text)],
  ['later_track', 'later', optional(text)],
  ['match_score', 'matchScore', optional(number)],
])
