/**
 * Sessions to train on, really run: short drawn clips through the whole pipeline, recorded into a data directory. Of each clip
 * one run is the default's, the others are of candidates drawn by seed, as probes would be. Clips that are recorded already
 * are passed over, so that it can be gone on with.
 *
 *   node bench/models/record-drawn.ts --data DIR [--clips N] [--runs N] [--seed N] [--modes NAME,NAME]
 *
 * `water` has restless noise in the lowest third, `screen` in the upper right: corners there, and nothing that can be followed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '#core/faults.ts'
import { seededRng } from '#core/rng.ts'
import { candidates, type TrackingConfiguration } from '#domains/camera/learning/candidates.ts'
import { settingsBySize } from '#domains/camera/policies/defaults.ts'
import { settingsSpace } from '#domains/camera/settings-space.ts'
import { makeContext } from '#engine/engine.ts'
import { openRecording } from '#engine/record-track.ts'
import { chosenSettings, type TrackRequest, trackRequest } from '#engine/track-request.ts'
import { trackFile } from '#engine/track.ts'
import { type Footage, type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import { type Drawn, writeClip } from '../tracking/write-clip.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    clips: { type: 'string', default: '48' },
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '61000' },
    modes: { type: 'string' },
  },
})
if (values.data === undefined) throw new Error('expected --data DIR, found none')
const [data, clipCount, runs, firstSeed] = [values.data, Number(values.clips), Number(values.runs), Number(values.seed)]
const size = { widthPx: 320, heightPx: 180, frames: 24 }

const modes: Readonly<Record<string, FootageOptions>> = {
  walk: {},
  street: { scene: 'street', motion: 'forward' },
  tripod: { motion: 'tripod' },
  noise: { noise: 8 },
  blur: { shutter: 0.5, speed: 2.5 },
  fast: { speed: 4, frames: 18 },
  movers: { movers: 4 },
  posts: { posts: 3 },
  bare: { scene: 'bare' },
  zoom: { focalPx: [0.7 * size.widthPx, 1.2 * size.widthPx] },
  barrel: { k1: -0.12, focalPx: 0.6 * size.widthPx },
  flicker: { flicker: 0.2, scene: 'street' },
  water: {},
  screen: { scene: 'street' },
}
/** Where the picture is restless, from left, top to right, bottom, in shares of it. */
const restless: Readonly<Record<string, readonly [number, number, number, number]>> = {
  water: [0, 2 / 3, 1, 1],
  screen: [2 / 3, 0, 1, 1 / 3],
}

const clips = join(data, 'clips')
const done = join(data, 'recorded.json')
mkdirSync(clips, { recursive: true })
const recorded: Record<string, number> = existsSync(done)
  ? (JSON.parse(readFileSync(done, 'utf8')) as Record<string, number>)
  : {}
const names = values.modes?.split(',') ?? Object.keys(modes).filter((name) => !(name in restless))

for (let i = 0; i < clipCount; i++) {
  const mode = names[i % names.length]!
  const name = `${mode}-${firstSeed + i}`
  const path = join(clips, `${name}.mp4`)
  if (!existsSync(path)) {
    const footage = makeFootage({ ...size, ...modes[mode], seed: firstSeed + i })
    await writeClip(painted(footage, mode), clips, name, { preset: 'medium', crf: 16 })
  }
  for (let run = recorded[name] ?? 0; run < runs; run++) {
    await record(trackRequest(path, { policy: 'defaults', retries: 0, settings: settingsOf(name, run), seed: run }))
    recorded[name] = run + 1
    writeFileSync(done, JSON.stringify(recorded))
  }
  process.stdout.write(`${i + 1} of ${clipCount}: ${name}\n`)
}

function painted(footage: Footage, mode: string): Drawn {
  const part = restless[mode]
  if (part === undefined) return footage
  const [left, top, right, bottom] = part
  const { widthPx, heightPx } = size
  return {
    truth: footage.truth,
    picture(index) {
      const out = footage.picture(index)
      const rng = seededRng(`${footage.truth.seed} restless ${index}`)
      // Blocks of three pixels: fine enough to be corners, coarse enough to outlast the encoder.
      for (let y = Math.floor(top * heightPx); y < bottom * heightPx - 2; y += 3) {
        for (let x = Math.floor(left * widthPx); x < right * widthPx - 2; x += 3) {
          const grey = 40 + rng.int(170)
          for (let row = y; row < y + 3; row++) out.fill(grey, 3 * (row * widthPx + x), 3 * (row * widthPx + x + 3))
        }
      }
      return out
    },
  }
}

/** The first run of a clip is the default's. */
function settingsOf(name: string, run: number): TrackRequest['settings'] {
  const open = {
    patternSize: null,
    searchSize: null,
    correlation: null,
    threshold: null,
    motionModel: null,
    tracks: null,
  }
  if (run === 0) return open
  const { tracker, corners } = settingsBySize('embedded', size.widthPx)
  const base: TrackingConfiguration = {
    patternSize: tracker.patternSize,
    searchSize: tracker.searchSize,
    correlation: tracker.correlation,
    threshold: corners.threshold,
    motionModel: tracker.motionModel,
  }
  const all = candidates(base, settingsSpace('embedded', size.widthPx))
  const drawn = all[seededRng(`${name} ${run}`).int(all.length)]!
  return { ...open, ...(drawn.settings as TrackingConfiguration) }
}

async function record(request: TrackRequest): Promise<void> {
  const ctx = makeContext({ seed: request.seed })
  const options = { project: 'default', clip: request.clip, chosen: chosenSettings(request) }
  const recording = await openRecording(join(data, 'hindsight-data'), options, ctx)
  try {
    await trackFile(request, ctx, recording?.recorder ?? null)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  } finally {
    await recording?.close()
  }
}
