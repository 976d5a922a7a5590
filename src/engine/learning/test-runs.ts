/** Camera sessions as a recorder sends them, in which there is something to learn: for the tests of models. */
import { uuidv7 } from '#core/ids.ts'
import type { JsonObject } from '#core/json.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import type { Probe } from '#domains/camera/probe/probe.ts'
import { regions } from '#domains/camera/terms.ts'
import type { ClipInfo } from '#vision/frames.ts'

export interface MadeRun {
  readonly sent: JsonObject & { readonly id: string }
  /** Tracks that somebody who knows would take out. */
  readonly wrong: readonly string[]
}

const tracksOfRun = 20

/**
 * A run of the clip of this number. Regions in which the probe kept nothing are dead, but for a few; tracks that move unlike
 * the others are wrong, whatever their error.
 */
export function madeRun(clip: number, run: number): MadeRun {
  const rng = seededRng(`made run ${clip} ${run}`)
  const shaky = regions.map((_, i) => seededRng(`made clip ${clip} ${i}`).next() < 0.25)
  const dead = shaky.map((isShaky) => rng.next() < (isShaky ? 0.97 : 0.02))
  const tracks = Array.from({ length: tracksOfRun }, (_, i) => madeTrack(i, rng))
  const sent = {
    id: uuidv7(1_780_000_000_000 + 1000 * clip + run, rng),
    project: 'default',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: new Date(1_780_000_000_000 + 1000 * clip + run).toISOString(),
    host: { name: 'hindsight', version: '1' },
    context: {
      clip: { fingerprint: `clip-${clip}` },
      widthPx: 640,
      heightPx: 360,
      fps: 24,
      frameCount: 48,
      firstFrame: 0,
      footageType: 'auto',
      attempt: 1,
      retry: 0,
      engine: { name: 'embedded', version: '1' },
      probe: {
        method: 'tracks',
        motionClass: 'low',
        textureClass: 'high',
        meanVelocityUv: 0.004,
        maxVelocityUv: 0.01,
        bestRegions: [],
        regions: Object.fromEntries(
          regions.map((name, i) => {
            const survived = shaky[i] === true ? rng.int(3) : 9 + rng.int(4)
            return [name, { total: 12, survived, jitters: [0.001], velocitiesUv: [0.004] }]
          }),
        ),
      },
    },
    settings: {
      values: {
        patternSize: 15,
        searchSize: 55,
        correlation: 0.75,
        threshold: 0.0004,
        motionModel: 'Affine',
        engine: 'embedded',
      },
      reason: 'made',
      policy: { name: 'defaults', version: '1' },
    },
    outcome: {
      status: 'succeeded',
      durationMs: 1000,
      solveErrorPx: 0.3,
      heldOutErrorPx: 0.3,
      totalTracks: 90,
      successfulTracks: 80,
      bundleCount: 80,
      solvedFrames: 48,
      confidence: 0.9,
    },
    telemetry: {
      survival: { markers: 90, survived: 80, rate: 0.9 },
      regionStats: Object.fromEntries(
        regions.map((name, i) => [name, { totalTracks: 10, successfulTracks: dead[i] === true ? 1 : 9 }]),
      ),
      tracks: tracks.map(({ record }) => record),
    },
    media: [],
  }
  return { sent, wrong: tracks.flatMap(({ record, isWrong }) => (isWrong ? [record.name] : [])) }
}

function madeTrack(i: number, rng: Rng) {
  const isOdd = rng.next() < 0.3
  const isWrong = rng.next() < (isOdd ? 0.9 : 0.03)
  const record = {
    name: `track ${i + 1}`,
    region: 'center',
    startFrame: 0,
    endFrame: 30,
    lifespanFrames: 30,
    markerCount: 31,
    jitter: isOdd ? 1 + rng.next() : 0.2 * rng.next(),
    contributedToSolve: true,
    reprojectionErrorPx: 0.2 + 0.3 * rng.next(),
    averageConfidence: 0.9,
    featureQuality: rng.next(),
    origin: 'detected',
    endReason: 'clip-end',
  }
  return { record, isWrong }
}

/** As the probe of a made clip whose points were all lost in one region. */
export const madeProbe = (lostIn: string): Probe => ({
  fromFrame: 0,
  toFrame: 20,
  motionClass: 'low',
  textureClass: 'high',
  bestRegions: [],
  meanSpeed: 0.004,
  maxSpeed: 0.01,
  meanSpeedUv: 0.004,
  maxSpeedUv: 0.01,
  searchSizePx: 41,
  regions: regions.map((region) => {
    const survived = region === lostIn ? 0 : 11
    const each = Array.from({ length: survived }, () => 0.004)
    return { region, placed: 12, survived, speeds: each, speedsUv: each, jitters: each.map(() => 0.001) }
  }),
  letterbox: null,
})
/** What is known of a made clip. */
export const madeInfo = {
  widthPx: 640,
  heightPx: 360,
  frameRate: { numerator: 24, denominator: 1 },
  frameCount: 48,
} as ClipInfo
