/** What AutoSolve says of the pictures, and of zoom. */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { levels, regions } from '../../terms.ts'
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
  regional,
  unless,
  word,
} from './codec.ts'

const numbers = list(number)
export const level = word(Object.fromEntries(levels.map((name) => [name, name.toUpperCase()])))
/** Theirs is the other way round: what spreads, and a ratio above 1, they call a zoom out. The ratio means the same on both sides. */
const zoomWord = word({ in: 'ZOOM_OUT', out: 'ZOOM_IN', none: 'NONE' })

export const zoomAnalysis: Field = unless(
  {
    is_zoom_detected: false,
    zoom_direction: 'NONE',
    scale_timeline: [],
    estimated_fl_ratio: 1,
    scale_variance: 0,
    is_uniform_scale: false,
    radial_convergence: 0,
    confidence: 0,
  },
  record([
    ['is_zoom_detected', 'detected', flag],
    ['zoom_direction', 'direction', zoomWord],
    ['scale_timeline', 'scales', numbers],
    ['estimated_fl_ratio', 'focalRatio', number],
    ['scale_variance', 'scaleVariance', number],
    ['is_uniform_scale', 'uniform', flag],
    ['radial_convergence', 'radialConvergence', number],
    ['confidence', 'confidence', number],
  ]),
)

const everywhere = (value: Json): JsonObject => Object.fromEntries(regions.map((name) => [name, value]))
const neverContrast = { estimated_contrast: 0.5, track_count: 0, success_rate: 0 }

/** AutoSolve calls neither of the two; what it writes is 0.5 and 0.5/0/0 in every region. */
const edgeDensity = unlessUniform(0.5, regional(number))
const contrast = unlessUniform(
  neverContrast,
  regional(
    record([
      ['estimated_contrast', 'estimate', number],
      ['track_count', 'trackCount', integer],
      ['success_rate', 'successRate', number],
    ]),
  ),
)

/** A map whose every value is the one given was never measured; so is an empty one. */
function unlessUniform(constant: Json, field: Field): Field {
  const never = unless({}, field)
  const one = JSON.stringify(constant)
  return {
    read(value, path, notes) {
      if (isJsonObject(value) && Object.values(value).every((item) => JSON.stringify(item) === one)) return null
      return never.read(value, path, notes)
    },
    write: (value, path, notes) => (isJsonObject(value) ? field.write(value, path, notes) : everywhere(constant)),
  }
}

/** Keys name the moment; what is no name of a moment could be anybody's and is not written. */
const everyMoment = map(regional(number))
const moments: Field = {
  read: everyMoment.read,
  write(value, path, notes) {
    const all = isJsonObject(value) ? Object.entries(value) : []
    const known = all.filter(([key]) => /^(frame_\d{1,3}pct(_\d{1,2})?|detection_frame)$/.test(key))
    if (known.length < all.length) notes.lost(`${path}.*`)
    return everyMoment.write(Object.fromEntries(known), path, notes)
  },
}

const failures = [
  ['failure_frames', 'failureFrames'],
  ['failure_positions', 'failurePositionsUv'],
] as const

/** `measured` names what was looked at and looks like their defaults. */
const visualRecord = record(
  [
    ['motion_class', 'motionClass', level],
    ['motion_magnitude', 'motionMagnitude', number],
    ['motion_variance', 'motionVariance', number],
    // Not AutoSolve's: features of its forerunner's plan, and the light by which footage is told apart.
    ['motion_first_30', 'motionAtStartUv', optional(number)],
    ['strong_features', 'strongFeatures', optional(number)],
    ['brightness_mean', 'brightnessMean', optional(number)],
    ['dominant_region', 'dominantRegion', optional(region)],
    ['feature_density', 'featureDensity', unless({}, regional(number))],
    ['feature_density_total', 'featureDensityTotal', number],
    ['feature_density_mean', 'featureDensityMean', number],
    ['feature_density_timeline', 'featureDensityTimeline', unless({}, moments)],
    ['edge_density', 'edgeDensity', edgeDensity],
    ['edge_density_mean', 'edgeDensityMean', number],
    ['contrast_stats', 'contrast', contrast],
    ['temporal_motion_profile', 'motionProfileUv', unless([], numbers)],
    ['flow_direction_histogram', 'directionHistogram', unless([0, 0, 0, 0, 0, 0, 0, 0], numbers)],
    ['flow_magnitude_histogram', 'magnitudeHistogram', unless([0, 0, 0, 0, 0], numbers)],
    ['failure_frames', 'failureFrames', unless([], list(integer))],
    ['failure_positions', 'failurePositionsUv', unless([], list(pair))],
    ['zoom_detected', 'zoomDetected', flag],
    ['zoom_direction', 'zoomDirection', zoomWord],
    ['zoom_scale_ratio', 'zoomRatio', number],
  ],
  {
    afterRead(ours, theirs) {
      const measured: readonly Json[] = Array.isArray(theirs['measured']) ? theirs['measured'] : []
      if (measured.length > 0) delete ours['measured']
      for (const [key, name] of failures) if (measured.includes(key) && (ours[name] ?? null) === null) ours[name] = []
      if ((ours['featureDensity'] ?? null) === null) {
        if (ours['featureDensityTotal'] === 0) ours['featureDensityTotal'] = null
        if (ours['featureDensityMean'] === 0) ours['featureDensityMean'] = null
      }
      if ((ours['edgeDensity'] ?? null) === null && ours['edgeDensityMean'] === 0.5) ours['edgeDensityMean'] = null
      // The defaults of the three say that nobody looked, not that there was no zoom.
      const looked =
        measured.includes('zoom') ||
        ours['zoomDetected'] !== false ||
        ours['zoomDirection'] !== 'none' ||
        ours['zoomRatio'] !== 1
      if (measured.includes('zoom') && !measured.includes('zoom_ratio')) ours['zoomRatio'] = null
      if (!looked) for (const key of ['zoomDetected', 'zoomDirection', 'zoomRatio']) if (key in ours) ours[key] = null
    },
    afterWrite(theirs, ours) {
      const empty = failures
        .filter(([, name]) => Array.isArray(ours[name]) && ours[name].length === 0)
        .map(([key]) => key)
      const zoom = typeof ours['zoomDetected'] === 'boolean' ? ['zoom'] : []
      const ratio = typeof ours['zoomRatio'] === 'number' ? ['zoom_ratio'] : []
      const measured = [...empty, ...zoom, ...ratio]
      if (measured.length > 0) theirs['measured'] = measured
      theirs['feature_density_total'] ??= 0
      theirs['feature_density_mean'] ??= 0
      theirs['edge_density_mean'] ??= 0.5
      theirs['zoom_detected'] ??= false
      theirs['zoom_direction'] ??= 'NONE'
      theirs['zoom_scale_ratio'] ??= 1
    },
  },
)

/** `clip_fingerprint` stands here a second time; the session's own is the one that counts. */
export const visualFeatures: Field = {
  read(value, path, notes) {
    if (!isJsonObject(value) || Object.keys(value).length === 0) return null
    const { clip_fingerprint: _, ...rest } = value
    return visualRecord.read(rest, path, notes)
  },
  write: (value, path, notes) => (isJsonObject(value) ? visualRecord.write(value, path, notes) : {}),
}
