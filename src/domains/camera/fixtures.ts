/** Camera sessions for tests: plausible values, every part filled. */
import type { AnySession } from '#core/session.ts'
import type { CameraContext, CameraOutcome, CameraSettings, CameraTelemetry } from './session.ts'

export interface Parts {
  readonly id?: string
  readonly parent?: string | null
  readonly contributor?: string | null
  readonly recordedAt?: string
  readonly status?: AnySession['outcome']['status']
  readonly context?: CameraContext
  readonly settings?: CameraSettings
  readonly outcome?: CameraOutcome
  readonly telemetry?: CameraTelemetry | null
}

export function cameraSessionOf(parts: Parts = {}): AnySession {
  const session = {
    id: parts.id ?? '01977f3e-1b2c-7d4e-8f50-0123456789ab',
    project: 'default',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: parts.recordedAt ?? '2026-03-02T10:20:30.000Z',
    host: { name: 'blender', version: '4.2.0' },
    contributor: parts.contributor ?? null,
    consent: null,
    parent: parts.parent ?? null,
    context: {
      clip: { fingerprint: 'clip-9f2c41aa', extension: '.mp4', codecHint: 'h264/h265', sizeBytes: 12_400_000 },
      widthPx: 1920,
      heightPx: 1080,
      fps: 23.976,
      frameCount: 240,
      firstFrame: 1,
      footageType: 'handheld',
      camera: { focalMm: 35, sensorWidthMm: 36, distortionModel: 'polynomial', polynomial: [-0.05, 0.02, 0] },
      probe: { method: 'tracks', motionClass: 'medium', textureClass: 'high', bestRegions: ['center'] },
      attempt: 1,
      ...parts.context,
    },
    settings: {
      values: {
        patternSize: 19,
        searchSize: 101,
        correlation: 0.65,
        threshold: 0.25,
        motionModel: 'LocRot',
        ...parts.settings,
      },
      reason: 'cold start for HD_24fps',
      propensity: 0.9,
      policy: { name: 'anchored', version: '1' },
    },
    outcome: {
      status: parts.status === undefined ? 'succeeded' : parts.status,
      error: null,
      durationMs: 45_200,
      solveErrorPx: 0.42,
      totalTracks: 3,
      successfulTracks: 2,
      bundleCount: 2,
      ...parts.outcome,
    },
    telemetry:
      parts.telemetry === undefined
        ? {
            tracks: [
              track('Track.001', 'center', true),
              track('Track.002', 'center', true),
              track('Track.003', 'top-left', false),
            ],
            deletedTracks: [
              {
                ...track('Track.009', 'top-left', false),
                endReason: 'jumped',
                deletion: { reason: 'high-error', noticedFrame: 87 },
              },
            ],
            flow: { parallax: 0.32, dropoutRate: 0.18 },
          }
        : parts.telemetry,
    media: [],
  }
  return session as unknown as AnySession
}

function track(name: string, region: 'center' | 'top-left', contributed: boolean) {
  return {
    name,
    region,
    startFrame: 1,
    endFrame: 11,
    lifespanFrames: 10,
    contributedToSolve: contributed,
    reprojectionErrorPx: contributed ? 0.38 : null,
    survived: true,
    trajectory: {
      everyMarkers: 5,
      frames: [1, 6, 11],
      positionsUv: [
        [0.52, 0.48],
        [0.53, 0.47],
        [0.54, 0.46],
      ],
      stepsUv: [0.0028, 0.0028],
      confidences: [1, 1],
    },
  } as const
}
