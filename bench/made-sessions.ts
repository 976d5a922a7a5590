/** Sessions made up for benches and crash tests: about 5 kB each, of plausible shape, and the same for the same seed. */
import { uuidv7 } from '#core/ids.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import { regions } from '#track/match/region.ts'

const round = (x: number) => Math.round(x * 1e4) / 1e4

/** One camera session as a line of JSON. */
export function madeSession(
  rng: Rng,
  nowMs: number,
  project = 'bench',
): { readonly id: string; readonly line: string } {
  const id = uuidv7(nowMs, rng)
  const tracks = Array.from({ length: 12 }, (_, i) => madeTrack(rng, i))
  const succeeded = rng.next() < 0.8
  const session = {
    id,
    project,
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: new Date(nowMs).toISOString(),
    host: { name: 'bench', version: '1' },
    contributor: null,
    consent: null,
    parent: null,
    context: {
      widthPx: [960, 1920, 3840][rng.int(3)],
      heightPx: 1080,
      fps: [24, 30, 60][rng.int(3)],
      frameCount: 120 + rng.int(200),
      footageType: 'auto',
    },
    settings: {
      values: {
        patternSize: 11 + 2 * rng.int(8),
        searchSize: 51 + 10 * rng.int(10),
        correlation: round(0.5 + rng.next() * 0.4),
        threshold: 0.3,
        motionModel: 'LocRot',
      },
      reason: 'bench',
      propensity: 0.5,
      policy: { name: 'bench', version: '1' },
    },
    outcome: {
      status: succeeded ? 'succeeded' : 'failed',
      error: null,
      durationMs: rng.int(100_000),
      solveErrorPx: succeeded ? round(rng.next() * 3) : null,
      totalTracks: 12,
      successfulTracks: 10,
      bundleCount: 10,
    },
    telemetry: { tracks, frameSamples: Array.from({ length: 8 }, (_, i) => madeFrame(rng, i)) },
    media: [],
  }
  return { id, line: JSON.stringify(session) }
}

function madeTrack(rng: Rng, i: number) {
  const startFrame = 1 + rng.int(60)
  const lifespanFrames = 5 + rng.int(120)
  return {
    name: `Track.${String(i).padStart(3, '0')}`,
    region: regions[rng.int(9)],
    startFrame,
    endFrame: startFrame + lifespanFrames,
    lifespanFrames,
    averageVelocityUv: round(rng.next() * 0.02),
    jitter: round(rng.next()),
    contributedToSolve: rng.next() < 0.8,
    reprojectionErrorPx: rng.next() < 0.8 ? round(rng.next() * 2) : null,
    initialUv: [round(rng.next()), round(rng.next())],
    trajectory: {
      everyMarkers: 5,
      positionsUv: Array.from({ length: 4 }, () => [round(rng.next()), round(rng.next())]),
    },
  }
}

function madeFrame(rng: Rng, i: number) {
  return {
    frame: i * 10,
    activeTracks: 10 + rng.int(6),
    tracksLost: rng.int(3),
    averageVelocityUv: round(rng.next() * 0.02),
  }
}

/** Endless sessions, a second apart. */
export function* madeSessions(seed: number, startMs = Date.UTC(2026, 0, 1), project = 'bench') {
  const rng = seededRng(seed)
  for (let i = 0; ; i++) yield madeSession(rng, startMs + i * 1000, project)
}
