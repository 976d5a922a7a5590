/** AutoSolve's session record, field by field: `[their key, our path, how]`. Identity, times and names are elsewhere. */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { SolveFailureCode } from '#track/solution.ts'
import { distortionModels, failureTypes, footageTypes, motionModels } from '../../terms.ts'
import {
  type Field,
  type FieldTable,
  flag,
  integer,
  list,
  number,
  optional,
  pair,
  record,
  region,
  regional,
  same,
  text,
  textOrEmpty,
  unless,
  word,
} from './codec.ts'
import {
  detection,
  diagnosis,
  engineName,
  forecast,
  letterbox,
  motion,
  refinement,
  timings,
} from './judgement-fields.ts'
import { anchor, healingAttempt, shouted, track, trackFailure } from './track-fields.ts'
import { level, visualFeatures, zoomAnalysis } from './visual-fields.ts'

const numbers = list(number)

export const settings: Field = record([
  ['pattern_size', 'patternSize', integer],
  ['search_size', 'searchSize', integer],
  ['correlation', 'correlation', number],
  ['threshold', 'threshold', number],
  ['motion_model', 'motionModel', word(same(motionModels))],
  // Not AutoSolve's: the rest of what was used.
  ['min_distance', 'minDistancePx', optional(number)],
  ['margin', 'marginPx', optional(number)],
  ['target_tracks', 'targetTracks', optional(integer)],
  ['min_lifespan', 'minLifespanFrames', optional(integer)],
  ['max_retries', 'maxRetries', optional(integer)],
  ['preset', 'preset', optional(text)],
  ['tripod_mode', 'tripod', optional(flag)],
  ['robust_mode', 'robust', optional(flag)],
  ['normalize', 'normalize', optional(flag)],
  ['pattern_match', 'patternMatch', optional(word(same(['keyframe', 'previous-frame'])))],
  ['refine_intrinsics', 'refine', optional(list(word(same(['focal', 'principal', 'radial', 'tangential']))))],
  ['cleanup_threshold', 'cleanupErrorPx', optional(number)],
  ['from_frame', 'fromFrame', optional(integer)],
  ['to_frame', 'toFrame', optional(integer)],
  ['masks', 'masks', optional(integer)],
  ['focal', 'focal', optional(word(same(['fixed', 'refine', 'unknown'])))],
  ['zoom', 'zoom', optional(word(same(['auto', 'off', 'on'])))],
  ['lens', 'lens', optional(word(same(['auto', 'none', 'known'])))],
  ['held_out_share', 'heldOutShare', optional(number)],
  ['seed', 'seed', optional(integer)],
  ['smoothing', 'smoothing', optional(number)],
  ['monitor_interval', 'monitorFrames', optional(integer)],
  ['heal', 'heal', optional(flag)],
  ['reject_non_rigid', 'rejectNonRigid', optional(flag)],
  ['avoid_regions', 'avoidRegions', optional(list(region))],
  ['cut_frames', 'cutFrames', optional(list(integer))],
  ['engine', 'engine', optional(engineName)],
])

const coefficients = (...keys: readonly string[]) => keys

const distortion = [
  ['polynomial', coefficients('k1', 'k2', 'k3')],
  ['division', coefficients('division_k1', 'division_k2')],
  ['nuke', coefficients('nuke_k1', 'nuke_k2')],
  ['brownRadial', coefficients('brown_k1', 'brown_k2', 'brown_k3', 'brown_k4')],
  ['brownTangential', coefficients('brown_p1', 'brown_p2')],
] as const

const lens = record([
  ['focal_length_mm', 'focalMm', unless(0, number)],
  ['focal_length_px', 'focalPx', unless(0, number)],
  ['sensor_width_mm', 'sensorWidthMm', unless(0, number)],
  ['pixel_aspect', 'pixelAspect', unless(0, number)],
  ['principal_point', 'principalOffset', pair],
  ['distortion_model', 'distortionModel', word(shouted(distortionModels))],
  ['sensor_height_mm', 'sensorHeightMm', optional(number)],
])

/** All defaults, when Blender could not be asked. Without a film back we know pixels where they always have millimetres. */
const isUnasked = (value: JsonObject) =>
  value['focal_length_mm'] === 0 && !value['focal_length_px'] && (value['pixel_aspect'] ?? 1) === 1

const intrinsics: Field = {
  read(value, path, notes) {
    if (!isJsonObject(value) || isUnasked(value)) return null
    const rest = { ...value }
    const lists: Record<string, Json> = {}
    for (const [name, keys] of distortion) {
      const values = keys.map((key) => number.read(value[key], path, notes))
      lists[name] = values.includes(null) ? null : values
      for (const key of keys) delete rest[key]
    }
    const read = lens.read(rest, path, notes)
    if (!isJsonObject(read)) return null
    // Blender counts from the centre; [0.5, 0.5] is the recorder's default, from a time when it meant the centre.
    const principal = read['principalOffset']
    const isDefault = Array.isArray(principal) && principal[0] === 0.5 && principal[1] === 0.5
    return { ...read, ...(isDefault ? { principalOffset: [0, 0] } : {}), ...lists }
  },
  write(value, path, notes) {
    if (!isJsonObject(value)) return lens.write({}, path, notes)
    const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !distortion.some(([name]) => name === key)))
    const written = lens.write(rest, path, notes)
    const theirs: Record<string, Json> = isJsonObject(written) ? { ...written } : {}
    for (const [name, keys] of distortion) {
      const values = value[name]
      keys.forEach((key, i) => {
        theirs[key] = Array.isArray(values) ? ((values[i] as Json | undefined) ?? null) : null
      })
    }
    return theirs
  },
}

const regionResult = record([
  ['total', 'total', integer],
  ['success', 'survived', integer],
  ['jitters', 'jitters', numbers],
  ['velocities', 'velocitiesUv', numbers],
])

const probe = unless(
  {},
  record(
    [
      ['motion_class', 'motionClass', level],
      ['texture_class', 'textureClass', level],
      ['best_regions', 'bestRegions', list(region, 'drop')],
      ['region_success', 'regions', unless({}, regional(regionResult))],
      ['probe_type', 'method', optional(word(same(['metadata', 'tracks'])))],
      ['from_frame', 'fromFrame', optional(integer)],
      ['to_frame', 'toFrame', optional(integer)],
      ['search_size', 'searchSizePx', optional(integer)],
      ['letterbox', 'letterbox', optional(letterbox)],
    ],
    {
      afterRead(ours, theirs) {
        if (!isJsonObject(theirs['velocities'])) return
        delete ours['velocities']
        ours['meanVelocityUv'] = finite(theirs['velocities']['avg'])
        ours['maxVelocityUv'] = finite(theirs['velocities']['max'])
      },
      alsoWritten: ['meanVelocityUv', 'maxVelocityUv'],
      afterWrite(theirs, ours) {
        const [avg, max] = [ours['meanVelocityUv'] ?? null, ours['maxVelocityUv'] ?? null]
        theirs['velocities'] = avg === null && max === null ? {} : { avg, max }
      },
    },
  ),
)

const finite = (value: Json | undefined): Json => (typeof value === 'number' && Number.isFinite(value) ? value : null)

const adaptation = record([
  ['iteration', 'pass', integer],
  ['frame', 'frame', optional(integer)],
  ['survival_rate', 'survivalRate', number],
  ['old_settings', 'before', settings],
  ['new_settings', 'after', settings],
  ['changes', 'changes', { read: readChanges, write: (value) => value ?? [] }],
])

/** A list of texts, or one text. */
function readChanges(value: Json | undefined, path: string, notes: Parameters<Field['read']>[2]): Json {
  return list(text).read(typeof value === 'string' ? [value] : value, path, notes)
}

const flow = unless(
  {
    velocity_mean: 0,
    velocity_std: 0,
    velocity_max: 0,
    parallax_score: 0,
    dominant_direction: [0, 0],
    direction_entropy: 0,
    velocity_acceleration: 0,
    track_dropout_rate: 0,
  },
  record([
    ['velocity_mean', 'velocityMeanUv', number],
    ['velocity_std', 'velocityStdUv', number],
    ['velocity_max', 'velocityMaxUv', number],
    ['parallax_score', 'parallax', number],
    ['dominant_direction', 'dominantDirection', pair],
    ['direction_entropy', 'directionEntropy', number],
    ['velocity_acceleration', 'accelerationUv', number],
    ['track_dropout_rate', 'dropoutRate', number],
  ]),
)

const survival = unless(
  {
    total_markers: 0,
    survived_markers: 0,
    survival_rate: 0,
    avg_lifespan: 0,
    avg_quality_score: 0,
    quality_vs_survival_correlation: 0,
    per_region: {},
  },
  record([
    ['total_markers', 'markers', integer],
    ['survived_markers', 'survived', integer],
    ['survival_rate', 'rate', number],
    ['avg_lifespan', 'averageLifespanFrames', number],
    ['avg_quality_score', 'averageFeatureQuality', number],
    ['quality_vs_survival_correlation', 'qualityCorrelation', number],
    [
      'per_region',
      'regions',
      regional(
        record([
          ['total', 'total', integer],
          ['survived', 'survived', integer],
          ['rate', 'rate', number],
        ]),
      ),
    ],
  ]),
)

const healingStats = unless(
  { candidates_found: 0, heals_attempted: 0, heals_successful: 0, avg_gap_frames: 0, avg_match_score: 0 },
  record([
    ['candidates_found', 'candidates', integer],
    ['heals_attempted', 'attempted', integer],
    ['heals_successful', 'succeeded', integer],
    ['avg_gap_frames', 'averageGapFrames', number],
    ['avg_match_score', 'averageMatchScore', number],
    ['avg_error', 'averageErrorPx', optional(number)],
    ['merged', 'merged', optional(integer)],
  ]),
)

const preSolve = unless(
  { confidence: 0, parallax_score: 0, track_distribution_score: 0, warnings: [] },
  record([
    ['confidence', 'confidence', number],
    ['parallax_score', 'parallax', number],
    ['track_distribution_score', 'distribution', number],
    ['warnings', 'warnings', list(text)],
  ]),
)

const regionTotals = regional(
  record([
    ['total_tracks', 'totalTracks', integer],
    ['successful_tracks', 'successfulTracks', integer],
    ['avg_lifespan', 'averageLifespanFrames', number],
  ]),
)

const frameSample = record([
  ['frame', 'frame', integer],
  ['active_tracks', 'activeTracks', integer],
  ['tracks_lost', 'tracksLost', integer],
  ['avg_velocity', 'averageVelocityUv', number],
])

/** 999 stands for no solve, and 0 is what a NaN becomes: an error of exactly 0 px does not exist. */
const solveError: Field = {
  read(value, path, notes) {
    const error = number.read(value, path, notes)
    return typeof error === 'number' && (error >= 999 || error === 0) ? null : error
  },
  write: (value) => value ?? 999,
}

/** Seconds there, milliseconds here; 0 was never ended. */
const seconds: Field = {
  read(value, path, notes) {
    const read = number.read(value, path, notes)
    return typeof read === 'number' && read !== 0 ? Math.round(read * 1e6) / 1e3 : null
  },
  write: (value) => (typeof value === 'number' ? Math.round(value * 1e3) / 1e6 : 0),
}

const toFailure = word(Object.fromEntries(failureTypes.map((name) => [name, name.replaceAll('-', '_')])), {
  BLUR: 'motion-blur',
  CONTRAST: 'low-contrast',
  CUT: 'scene-cut',
  DRIFT: 'feature-drift',
  INSUFFICIENT: 'insufficient-features',
  UNKNOWN: 'unknown',
})
const failureType: Field = {
  read: (value, path, notes) => (value === 'NONE' || value === '' ? null : toFailure.read(value, path, notes)),
  write: (value, path, notes) => (typeof value === 'string' ? toFailure.write(value, path, notes) : 'NONE'),
}

const solveFailures: readonly SolveFailureCode[] = [
  'too-few-tracks',
  'too-few-frames',
  'no-parallax',
  'no-rigid-motion',
  'unstable',
  'cancelled',
]

const shotOutcome = record([
  ['from_frame', 'fromFrame', integer],
  ['to_frame', 'toFrame', integer],
  ['solved', 'solved', flag],
  ['code', 'code', optional(word(same(solveFailures)))],
  ['motion', 'motion', optional(word(same(['general', 'tripod'])))],
  ['zoom', 'zoom', optional(flag)],
  ['solve_error', 'solveErrorPx', optional(number)],
  ['held_out_error', 'heldOutErrorPx', optional(number)],
  ['confidence', 'confidence', optional(number)],
  ['solved_frames', 'solvedFrames', optional(integer)],
  ['points', 'points', optional(integer)],
  ['observations_used', 'observationsUsed', optional(integer)],
  ['observations_dropped', 'observationsDropped', optional(integer)],
  ['focal_sigma_px', 'focalSigmaPx', optional(number)],
  ['intrinsics', 'camera', optional(intrinsics)],
])

export const sessionTable: FieldTable = [
  ['iteration', 'context.attempt', integer],
  ['duration_seconds', 'outcome.durationMs', seconds],
  ['fps', 'context.fps', unless(0, number)],
  ['frame_count', 'context.frameCount', unless(0, integer)],
  ['settings', 'settings', settings],
  ['solve_error', 'outcome.solveErrorPx', solveError],
  ['total_tracks', 'outcome.totalTracks', integer],
  ['successful_tracks', 'outcome.successfulTracks', integer],
  ['bundle_count', 'outcome.bundleCount', integer],
  ['tracks', 'telemetry.tracks', list(track, 'drop')],
  ['region_stats', 'telemetry.regionStats', regionTotals],
  ['dead_zones', 'telemetry.deadZones', unless([], list(region, 'drop'))],
  ['sweet_spots', 'telemetry.sweetSpots', unless([], list(region, 'drop'))],
  ['camera_intrinsics', 'context.camera', intrinsics],
  ['global_motion_vector', 'telemetry.globalMotionUv', pair],
  ['motion_consistency', 'telemetry.motionConsistency', number],
  ['optical_flow', 'telemetry.flow', flow],
  ['failure_type', 'outcome.failureType', failureType],
  ['frame_of_failure', 'outcome.frameOfFailure', integer],
  ['motion_probe_results', 'context.probe', probe],
  ['adaptation_history', 'telemetry.adaptations', list(adaptation, 'drop')],
  ['region_confidence', 'telemetry.regionConfidence', unless({}, regional(number))],
  ['frame_samples', 'telemetry.frameSamples', unless([], list(frameSample, 'drop'))],
  ['pre_solve_confidence', 'telemetry.preSolve', preSolve],
  ['visual_features', 'telemetry.visual', visualFeatures],
  ['track_failures', 'telemetry.deletedTracks', list(trackFailure, 'drop')],
  ['marker_survival_summary', 'telemetry.survival', survival],
  ['zoom_analysis', 'telemetry.zoom', zoomAnalysis],
  ['anchor_tracks', 'telemetry.anchors', list(anchor, 'drop')],
  ['healing_attempts', 'telemetry.healingAttempts', list(healingAttempt, 'drop')],
  ['healing_stats', 'telemetry.healing', healingStats],
  ['previous_session_id', 'telemetry.previousRecord', textOrEmpty],
  // Not AutoSolve's: what its record has no place for.
  ['first_frame', 'context.firstFrame', optional(integer)],
  ['clip_duration_seconds', 'context.durationS', optional(number)],
  ['footage_type', 'context.footageType', optional(word(same(footageTypes)))],
  ['held_out_error', 'outcome.heldOutErrorPx', optional(number)],
  ['held_out_tracks', 'outcome.heldOutTracks', optional(integer)],
  ['solved_frames', 'outcome.solvedFrames', optional(integer)],
  ['solve_confidence', 'outcome.confidence', optional(number)],
  ['shots', 'outcome.shots', optional(list(shotOutcome))],
  ['cuts', 'telemetry.cuts', optional(list(integer))],
  ['retry', 'context.retry', optional(integer)],
  ['engine', 'context.engine.name', optional(engineName)],
  ['attempt_score', 'outcome.score', optional(number)],
  ['motion', 'telemetry.motion', optional(motion)],
  ['forecast', 'telemetry.forecast', optional(forecast)],
  ['diagnoses', 'telemetry.diagnoses', optional(list(diagnosis))],
  ['refinements', 'telemetry.refinements', optional(list(refinement))],
  ['resumed', 'telemetry.resumed', optional(flag)],
  ['timings', 'telemetry.timings', optional(timings)],
  ['detections', 'telemetry.detections', optional(list(detection))],
  ['solved_intrinsics', 'outcome.solvedCamera', optional(intrinsics)],
]

const zones = [
  ['dead_zones', 'deadZones'],
  ['sweet_spots', 'sweetSpots'],
] as const

/** An empty list is theirs for "nobody looked": where somebody did, `measured` names it. */
export const sessionRecord = record(sessionTable, {
  afterRead(ours, theirs) {
    const telemetry = ours['telemetry']
    if (!Array.isArray(theirs['measured'])) return
    delete ours['measured']
    const looked = zones.filter(([key]) => includes(theirs['measured'], key) && Array.isArray(theirs[key]))
    if (!isJsonObject(telemetry)) return
    ours['telemetry'] = { ...telemetry, ...Object.fromEntries(looked.map(([key, name]) => [name, theirs[key] ?? []])) }
  },
  afterWrite(theirs, ours) {
    const { telemetry } = ours
    const empty = zones.filter(([, name]) => isJsonObject(telemetry) && isEmpty(telemetry[name])).map(([key]) => key)
    if (empty.length > 0) theirs['measured'] = empty
  },
})

const isEmpty = (value: Json | undefined) => Array.isArray(value) && value.length === 0
const includes = (value: Json | undefined, key: string) =>
  Array.isArray(value) && (value as readonly Json[]).includes(key)

/** What older records keep at the top and newer ones inside, put where the newer ones have it. */
export function modernized(raw: JsonObject): JsonObject {
  const moved = ['motion_class', 'flow_direction_histogram', 'flow_magnitude_histogram'] as const
  if (!moved.some((key) => key in raw)) return raw
  const visual = isJsonObject(raw['visual_features']) ? { ...raw['visual_features'] } : {}
  const rest = { ...raw }
  for (const key of moved) {
    if (raw[key] !== undefined && visual[key] === undefined) visual[key] = raw[key]
    delete rest[key]
  }
  return { ...rest, visual_features: visual }
}
