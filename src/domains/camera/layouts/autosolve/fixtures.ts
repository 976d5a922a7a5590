/** Records for tests, with every key as the add-on writes it, and the few hands that reading and writing ask for. */
import { createHash } from 'node:crypto'
import type { Context, Warning } from '#core/context.ts'
import type { Sink, Source } from '#core/io.ts'
import assert from 'node:assert/strict'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Imported, Intake, LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import { seededRng } from '#core/rng.ts'
import type { AnySession } from '#core/session.ts'
import type { Edit } from '#core/edit.ts'
import { regions } from '../../terms.ts'

type Overrides = { readonly [key: string]: Json }

const everywhere = (value: Json) => Object.fromEntries(regions.map((region) => [region, value]))
const zeroSignature = { position: [0, 0], velocity: [0, 0], acceleration: [0, 0], confidence: 1 }

export function rawTrack(overrides: Overrides = {}): JsonObject {
  return {
    name: 'Track.001',
    lifespan: 60,
    start_frame: 1,
    end_frame: 61,
    region: 'center',
    avg_velocity: 0.002311,
    jitter_score: 0.412305,
    success: true,
    contributed_to_solve: true,
    reprojection_error: 0.381204,
    initial_position: [0.5213, 0.4804],
    feature_quality_score: 0.94,
    trajectory: [
      [0.5213, 0.4804],
      [0.5301, 0.4711],
      [0.5402, 0.4623],
    ],
    trajectory_sample_rate: 5,
    trajectory_velocities: [0.002552, 0.002698],
    trajectory_confidence: [1, 0.971],
    avg_confidence: 0.9855,
    start_signature: zeroSignature,
    end_signature: zeroSignature,
    is_anchor_candidate: false,
    anchor_quality: 0,
    ...overrides,
  }
}

/** A run with a solve, on a fresh install: most of what was never measured stands at its default. */
export function rawSession(overrides: Overrides = {}): JsonObject {
  return {
    timestamp: '2026-01-24T09:15:27.318204',
    clip_name: '4be1c09f',
    iteration: 1,
    duration_seconds: 45.218734,
    resolution: [1920, 1080],
    fps: 23.976,
    frame_count: 240,
    settings: { pattern_size: 19, search_size: 101, correlation: 0.65, threshold: 0.25, motion_model: 'LocRot' },
    success: true,
    solve_error: 0.4213,
    total_tracks: 3,
    successful_tracks: 2,
    bundle_count: 2,
    schema_version: 1,
    tracks: [
      rawTrack(),
      rawTrack({ name: 'window corner LEFT', region: 'top-left' }),
      rawTrack({ name: 'Track.007', region: 'top-left', contributed_to_solve: false, reprojection_error: 0 }),
    ],
    region_stats: {
      center: { total_tracks: 1, successful_tracks: 1, avg_lifespan: 60 },
      'top-left': { total_tracks: 2, successful_tracks: 1, avg_lifespan: 60 },
    },
    dead_zones: [],
    sweet_spots: [],
    camera_intrinsics: {
      focal_length_mm: 35,
      focal_length_px: 1866.666748,
      sensor_width_mm: 36,
      pixel_aspect: 1,
      principal_point: [0, 0],
      distortion_model: 'POLYNOMIAL',
      k1: -0.05,
      k2: 0.02,
      k3: 0,
      division_k1: 0,
      division_k2: 0,
      nuke_k1: 0,
      nuke_k2: 0,
      brown_k1: 0,
      brown_k2: 0,
      brown_k3: 0,
      brown_k4: 0,
      brown_p1: 0,
      brown_p2: 0,
    },
    global_motion_vector: [0.0189, -0.0181],
    motion_consistency: 0.912,
    optical_flow: {
      velocity_mean: 0.002311,
      velocity_std: 0.0004,
      velocity_max: 0.0031,
      parallax_score: 0.32,
      dominant_direction: [0.722, -0.692],
      direction_entropy: 0.15,
      velocity_acceleration: 0.000012,
      track_dropout_rate: 0.18,
    },
    failure_type: 'NONE',
    frame_of_failure: null,
    motion_probe_results: {
      motion_class: 'MEDIUM',
      texture_class: 'HIGH',
      best_regions: ['center', 'mid-left'],
      velocities: { avg: 0.0134, max: 0.0211 },
      region_success: { center: { total: 1, success: 1, jitters: [0.21], velocities: [] } },
    },
    adaptation_history: [
      {
        iteration: 1,
        survival_rate: 0.28,
        old_settings: {
          pattern_size: 19,
          search_size: 101,
          correlation: 0.65,
          threshold: 0.25,
          motion_model: 'LocRot',
        },
        new_settings: {
          pattern_size: 23,
          search_size: 131,
          correlation: 0.65,
          threshold: 0.25,
          motion_model: 'LocRot',
        },
        changes: ['search_size: 101 → 131', 'pattern_size: 19 → 23'],
      },
    ],
    region_confidence: everywhere(0.5),
    frame_samples: [],
    source_metadata: { file_extension: '.mov', file_size_mb: 1234.5, codec_hint: 'prores/h264' },
    pre_solve_confidence: {
      confidence: 0.75,
      parallax_score: 0.12,
      track_distribution_score: 0.9,
      warnings: ['low parallax'],
    },
    clip_fingerprint: 'a4f3c89b2e71d6f0',
    previous_session_id: '20260124_090855',
    contributor_id: 'x7f2k9a1',
    visual_features: {
      clip_fingerprint: 'a4f3c89b2e71d6f0',
      motion_class: 'LOW',
      motion_magnitude: 0.0023,
      motion_variance: 0.0001,
      feature_density: everywhere(24),
      feature_density_total: 216,
      feature_density_mean: 24,
      feature_density_timeline: { frame_25pct_0: everywhere(24), frame_50pct_0: everywhere(22) },
      edge_density: everywhere(0.5),
      edge_density_mean: 0.5,
      contrast_stats: everywhere({ estimated_contrast: 0.5, track_count: 0, success_rate: 0 }),
      temporal_motion_profile: [],
      flow_direction_histogram: [0, 0, 0.1, 0.6, 0.3, 0, 0, 0],
      flow_magnitude_histogram: [0, 0, 0, 0, 1],
      failure_frames: [],
      failure_positions: [],
      zoom_detected: false,
      zoom_direction: 'NONE',
      zoom_scale_ratio: 1,
    },
    track_failures: [{ track_name: 'window corner LEFT.001', frame: 87, position: [0.12, 0.85], reason: 'HIGH_ERROR' }],
    marker_survival_summary: {
      total_markers: 3,
      survived_markers: 3,
      survival_rate: 1,
      avg_lifespan: 60,
      avg_quality_score: 0.94,
      quality_vs_survival_correlation: 0,
      per_region: { center: { total: 1, survived: 1, rate: 1 } },
    },
    zoom_analysis: {
      is_zoom_detected: true,
      zoom_direction: 'ZOOM_OUT',
      scale_timeline: [1, 1.04, 1.09],
      estimated_fl_ratio: 1.09,
      scale_variance: 0.0001,
      is_uniform_scale: true,
      radial_convergence: 1,
      confidence: 0.3,
    },
    anchor_tracks: [{ name: 'window corner LEFT', start_frame: 1, end_frame: 61, quality: 0.92 }],
    healing_attempts: [
      {
        gap_start_frame: 50,
        gap_end_frame: 53,
        gap_start_pos: [0.52, 0.48],
        gap_end_pos: [0.54, 0.46],
        gap_start_vel: [0.001, -0.001],
        gap_end_vel: [0.001, -0.001],
        anchor_count: 1,
        anchor_positions: [{ 50: [0.31, 0.4], 51: [0.32, 0.4] }],
        anchor_velocities: [{ 50: [0.01, 0], 51: [0.01, 0] }],
        anchor_regions: ['mid-left'],
        anchor_qualities: [0.92],
        interpolated_positions: [
          [0.527, 0.473],
          [0.533, 0.467],
        ],
        method_used: 'anchor_weighted',
        post_heal_error: 0,
        heal_success: false,
      },
    ],
    healing_stats: {
      candidates_found: 5,
      heals_attempted: 1,
      heals_successful: 0,
      avg_gap_frames: 3,
      avg_match_score: 0.82,
    },
    ...overrides,
  }
}

/** A run that failed before it had any track: everything is at its default. */
export const failedSession = (overrides: Overrides = {}): JsonObject =>
  rawSession({
    success: false,
    solve_error: 999,
    total_tracks: 0,
    successful_tracks: 0,
    bundle_count: 0,
    tracks: [],
    region_stats: {},
    global_motion_vector: [0, 0],
    motion_consistency: 0,
    failure_type: 'insufficient_features',
    adaptation_history: [],
    region_confidence: {},
    visual_features: {},
    track_failures: [],
    anchor_tracks: [],
    healing_attempts: [],
    clip_fingerprint: '',
    previous_session_id: '',
    ...overrides,
  })

/** Written when the run of {@link rawSession} had ended: its name is that second. */
export function rawBehavior(overrides: Overrides = {}): JsonObject {
  return {
    schema_version: 1,
    session_id: '20260124_091612',
    timestamp: '2026-01-24T09:16:12.611204',
    clip_fingerprint: 'c0ffee123456',
    previous_session_id: '20260124_090855',
    iteration: 2,
    contributor_id: 'x7f2k9a1',
    editing_duration_seconds: 45,
    settings_adjustments: { search_size: { before: 101, after: 131, delta: 30 } },
    re_solve: { attempted: false },
    track_additions: [
      {
        track_name: 'Track.042',
        region: 'center',
        initial_frame: 45,
        position: [0.52, 0.48],
        lifespan_achieved: 145,
        had_bundle: true,
        reprojection_error: 0.32,
      },
    ],
    track_deletions: [
      {
        track_name: 'window corner LEFT',
        region: 'top-left',
        lifespan: 23,
        had_bundle: false,
        reprojection_error: 0,
        inferred_reason: 'edge_region',
      },
    ],
    track_disables: [{ track_name: 'Track.007', region: 'top-left' }],
    marker_refinements: [
      {
        track_name: 'Track.001',
        frame: 45,
        old_position: [0.52, 0.48],
        new_position: [0.524, 0.477],
        displacement_px: 2.3,
      },
    ],
    net_track_change: 0,
    region_additions: { center: 1 },
    ...overrides,
  }
}

export const rawModel: JsonObject = {
  version: 1,
  footage_classes: {
    HD_30fps: {
      sample_count: 2,
      success_count: 2,
      avg_success_rate: 1,
      settings_history: [],
      experiences: [],
      best_settings: { pattern_size: 15, search_size: 71, correlation: 0.7, threshold: 0.3, motion_model: 'LocRot' },
    },
  },
  region_models: { center: { total_tracks: 12, successful_tracks: 11, avg_lifespan: 88.5 } },
  failure_patterns: {},
  footage_type_adjustments: {},
  global_stats: { total_sessions: 2, successful_sessions: 2 },
  behavior_patterns: { 'HD_30fps:search_size_increase': { count: 5, confidence: 0.8, avg_delta: 29 } },
  clip_specific: { a4f3c89b2e71d6f0: { attempts: 3, best_error: 0.4 } },
}

export const encode = (text: string) => new TextEncoder().encode(text)

export function sourceOf(files: Readonly<Record<string, Json | Uint8Array | string>>): Source {
  const bytes = new Map(
    Object.entries(files).map(([name, content]) => {
      if (content instanceof Uint8Array) return [name, content] as const
      return [name, encode(typeof content === 'string' ? content : JSON.stringify(content))] as const
    }),
  )
  return {
    name: 'test',
    files: async () => [...bytes].map(([name, content]) => ({ name, bytes: content.length })).sort(byName),
    async *read(name) {
      yield bytes.get(name) ?? new Uint8Array()
    },
    close: async () => undefined,
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

/** Keeps what is written, as text by name. */
export function memorySink(): Sink & { readonly files: Map<string, string> } {
  const files = new Map<string, string>()
  return {
    files,
    async write(name, content) {
      const decoder = new TextDecoder()
      let text = ''
      if (typeof content === 'string') text = content
      else if (content instanceof Uint8Array) text = decoder.decode(content)
      else for await (const chunk of content) text += decoder.decode(chunk, { stream: true })
      files.set(name, text)
    },
    close: async () => undefined,
    abort: async () => files.clear(),
  }
}

export function testContext(): Context & { readonly warnings: Warning[] } {
  const warnings: Warning[] = []
  return {
    warnings,
    signal: new AbortController().signal,
    rng: seededRng(1),
    sha256: (data) => createHash('sha256').update(data).digest('hex'),
    now: () => 0,
    progress: () => undefined,
    warn: (warning) => warnings.push(warning),
  }
}

const keyed = (key: string, name: string) =>
  `p-${createHash('sha256').update(`${key}\n${name}`).digest('hex').slice(0, 20)}`

export const testIntake: Intake = {
  project: 'default',
  media: () => Promise.reject(new Error('no media in this layout')),
  pseudonym: (name) => keyed('here', name),
}

export const testExtras = (documents: LayoutExtras['documents'] = {}, share = false): LayoutExtras => ({
  documents,
  mayShare: () => share,
  pseudonym: (name) => keyed('export', name),
})

export interface Read {
  readonly sessions: readonly AnySession[]
  readonly edits: readonly Edit[]
  readonly documents: Readonly<Record<string, string>>
  readonly problems: readonly { readonly where: string; readonly code: string }[]
}

export async function gather(found: AsyncIterable<Imported>): Promise<Read> {
  const all: Imported[] = []
  for await (const item of found) all.push(item)
  return {
    sessions: all.flatMap((item) => (item.type === 'session' ? [item.session as unknown as AnySession] : [])),
    edits: all.flatMap((item) => (item.type === 'edit' ? [item.edit] : [])),
    documents: Object.fromEntries(all.flatMap((item) => (item.type === 'document' ? [[item.name, item.text]] : []))),
    problems: all.flatMap((item) => (item.type === 'problem' ? [{ where: item.where, code: item.fault.code }] : [])),
  }
}

export async function* withEdits({ sessions, edits }: Read): AsyncIterable<SessionWithEdits> {
  for (const session of sessions) yield { session, edits: edits.filter((edit) => edit.session === session.id) }
}

/** A data folder with a run that was solved and edited, a failed one, and a model. */
export const folder = {
  'sessions/2026-01-24T09-15-27_4be1c09f.json': rawSession(),
  'sessions/2026-01-24T11-02-00_99aa0011.json': failedSession({ timestamp: '2026-01-24T11:02:00.000000' }),
  'behavior/20260124_091612.json': rawBehavior(),
  'model.json': rawModel,
}

/** The records of a list, whatever it is called. */
export const records = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []
export const object = (value: Json | undefined): JsonObject =>
  isJsonObject(value ?? null) ? (value as JsonObject) : {}

export const only = <T>(items: readonly T[]): T => {
  assert.equal(items.length, 1)
  return items[0] as T
}
