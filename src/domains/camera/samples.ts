/** The training examples in a camera session: one table row for it, and one trajectory per track. */
import type { Edit } from '#core/edit.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { RowSample, Sample, TrajectorySample } from '#core/sample.ts'
import type { AnySession } from '#core/session.ts'
import type { CameraBehavior } from './behavior.ts'
import { asCamera, footageClass, groupOf, motionClass, solvedShare } from './classes.ts'
import type { CameraSession } from './session.ts'
import type { TrackRecord } from './telemetry.ts'

/**
 * Row first, then kept and deleted tracks in the order recorded. Columns of the row begin with what they are: `context_`
 * was known before, `settings_` was chosen, `outcome_` came of it, `edit_` people said since; a learner that predicts an
 * outcome takes the first two.
 */
export function cameraSamples(any: AnySession, edits: readonly Edit[]): readonly Sample[] {
  const session = asCamera(any)
  return [row(session, edits), ...trajectories(session)]
}

function base(session: CameraSession) {
  return {
    domain: 'camera',
    project: session.project,
    sessions: [session.id],
    contributors: session.contributor === null ? [] : [session.contributor],
    group: groupOf(session),
    recordedAt: session.recordedAt,
  } as const
}

function row(session: CameraSession, edits: readonly Edit[]): RowSample {
  return {
    type: 'row',
    id: session.id,
    ...base(session),
    attributes: {
      host: session.host.name,
      ...prefixed('context', contextColumns(session)),
      ...prefixed('settings', settingsColumns(session)),
      ...prefixed('outcome', outcomeColumns(session)),
      ...prefixed('edit', editColumns(edits)),
    },
  }
}

function contextColumns(session: CameraSession): Columns {
  const { context } = session
  const { camera, probe, clip } = context
  return {
    class: footageClass(context),
    widthPx: context.widthPx,
    heightPx: context.heightPx,
    fps: context.fps,
    frameCount: context.frameCount,
    footageType: context.footageType,
    extension: clip?.extension,
    codec: clip?.codec,
    sizeBytes: clip?.sizeBytes,
    attempt: context.attempt,
    focalMm: camera?.focalMm,
    sensorWidthMm: camera?.sensorWidthMm,
    distortionModel: camera?.distortionModel,
    motionClass: probe?.motionClass,
    textureClass: probe?.textureClass,
    probeVelocityUv: probe?.meanVelocityUv,
    probeRegions: probe?.bestRegions?.length,
  }
}

function settingsColumns({ settings }: CameraSession): Columns {
  const { values, policy, propensity } = settings
  return {
    patternSize: values.patternSize,
    searchSize: values.searchSize,
    correlation: values.correlation,
    threshold: values.threshold,
    motionModel: values.motionModel,
    preset: values.preset,
    tripod: values.tripod,
    robust: values.robust,
    targetTracks: values.targetTracks,
    minLifespanFrames: values.minLifespanFrames,
    policy: policy?.name,
    propensity,
  }
}

function outcomeColumns(session: CameraSession): Columns {
  const { outcome, telemetry } = session
  return {
    status: outcome.status,
    succeeded: outcome.status === null ? null : outcome.status === 'succeeded',
    durationMs: outcome.durationMs,
    solveErrorPx: outcome.solveErrorPx,
    heldOutErrorPx: outcome.heldOutErrorPx,
    confidence: outcome.confidence,
    solvedFrames: outcome.solvedFrames,
    totalTracks: outcome.totalTracks,
    successfulTracks: outcome.successfulTracks,
    solvedShare: solvedShare(session),
    bundleCount: outcome.bundleCount,
    failureType: outcome.failureType,
    frameOfFailure: outcome.frameOfFailure,
    motionClass: motionClass(session),
    motionAtStartUv: telemetry?.visual?.motionAtStartUv,
    dominantRegion: telemetry?.visual?.dominantRegion,
    featureDensity: telemetry?.visual?.featureDensityTotal,
    edgeDensity: telemetry?.visual?.edgeDensityMean,
    parallax: telemetry?.flow?.parallax,
    dropoutRate: telemetry?.flow?.dropoutRate,
    adaptations: telemetry?.adaptations?.length,
    deletedTracks: telemetry?.deletedTracks?.length,
    zoomDetected: telemetry?.zoom?.detected,
  }
}

/** What people said: the last word counts, and the work of all edits is added up. */
function editColumns(edits: readonly Edit[]): Columns {
  const inOrder = [...edits].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1))
  const verdict = inOrder.findLast((edit) => edit.kind === 'accept' || edit.kind === 'reject')
  const rating = inOrder.findLast((edit) => edit.kind === 'rating')
  const behaviors = inOrder
    .filter((edit) => edit.kind === 'camera.behavior')
    .map((edit) => edit.after as CameraBehavior)
  const total = (count: (behavior: CameraBehavior) => number | null | undefined) =>
    behaviors.length === 0 ? null : behaviors.reduce((sum, behavior) => sum + (count(behavior) ?? 0), 0)
  return {
    accepted: verdict ? verdict.kind === 'accept' : null,
    rating: rating ? ratingValue(rating.after) : null,
    addedTracks: total((behavior) => behavior.additions?.length),
    deletedTracks: total((behavior) => behavior.deletions?.length),
    movedMarkers: total((behavior) => behavior.refinements?.length),
    editingS: total((behavior) => behavior.editingS),
  }
}

function ratingValue(after: Json): number | null {
  const value = isJsonObject(after) ? (after['rating'] ?? after['value']) : after
  return typeof value === 'number' ? value : null
}

function trajectories(session: CameraSession): readonly TrajectorySample[] {
  const kept = session.telemetry?.tracks ?? []
  const deleted = session.telemetry?.deletedTracks ?? []
  return [
    ...kept.flatMap((track, i) => trajectory(session, track, `t${i}`)),
    ...deleted.flatMap((track, i) => trajectory(session, track, `d${i}`)),
  ]
}

function trajectory(session: CameraSession, track: TrackRecord, suffix: string): readonly TrajectorySample[] {
  const path = track.trajectory
  const positions = path?.positionsUv ?? []
  if (positions.length === 0) return []
  // A confidence belongs to the step that it was computed from, so there may be one fewer than positions.
  const steps = positions.map(([u, v], i) => ({
    frame: path?.frames?.[i] ?? null,
    u,
    v,
    stepUv: i === 0 ? null : (path?.stepsUv?.[i - 1] ?? null),
    confidence: path?.confidences?.[i] ?? null,
  }))
  const attributes = columns({
    class: footageClass(session.context),
    motionClass: motionClass(session),
    ...prefixed('settings', settingsColumns(session)),
    region: track.region,
    startFrame: track.startFrame,
    endFrame: track.endFrame,
    lifespanFrames: track.lifespanFrames,
    averageVelocityUv: track.averageVelocityUv,
    jitter: track.jitter,
    featureQuality: track.featureQuality,
    survived: track.survived,
    contributedToSolve: track.contributedToSolve,
    reprojectionErrorPx: track.reprojectionErrorPx,
    origin: track.origin,
    placedFrame: track.placedFrame,
    beginReason: track.beginReason,
    endReason: track.endReason,
    unsolvedReason: track.unsolvedReason,
    deleted: suffix.startsWith('d'),
    deletionReason: track.deletion?.reason,
    everyMarkers: path?.everyMarkers,
  })
  return [{ type: 'trajectory', id: `${session.id}-${suffix}`, ...base(session), attributes, steps }]
}

type Columns = Readonly<Record<string, Json | undefined>>

const columns = (values: Columns): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? null]))

const prefixed = (part: string, values: Columns): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${part}_${name}`, value ?? null]))

/**
 * Every camera sample is of one session, so two of one id are of one session too and differ only in the edits that one
 * of them saw; the one that knows more wins, whichever comes first.
 */
export function mergeCameraSamples(a: Sample, b: Sample): Sample {
  const known = (sample: Sample) => Object.values(sample.attributes).filter((value) => value !== null).length
  const difference = known(a) - known(b)
  if (difference !== 0) return difference > 0 ? a : b
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b
}
