/**
 * Sessions to train on, really run: short drawn clips through the whole pipeline, recorded into a data directory. Of each clip
 * one run is the default's, the others are of candidates drawn by seed, as probes would be. Clips that are recorded already
 * are passed over, so that it can be gone on with.
 *
 *   node bench/models/record-drawn.ts --data DIR [--clips N] [--runs N] [--seed N] [--modes NAME,NAME]
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
import { writeClip } from '../tracking/write-clip.ts'
import { drawn, plainModes, size } from './drawn-modes.ts'

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
const clips = join(data, 'clips')
const done = join(data, 'recorded.json')
mkdirSync(clips, { recursive: true })
const recorded: Record<string, number> = existsSync(done)
  ? (JSON.parse(readFileSync(done, 'utf8')) as Record<string, number>)
  : {}
const names = values.modes?.split(',') ?? plainModes

for (let i = 0; i < clipCount; i++) {
  const mode = names[i % names.length]!
  const name = `${mode}-${firstSeed + i}`
  const path = join(clips, `${name}.mp4`)
  if (!existsSync(path)) {
    await writeClip(drawn(mode, firstSeed + i), clips, name, { preset: 'medium', crf: 16 })
  }
  for (let run = recorded[name] ?? 0; run < runs; run++) {
    await record(trackRequest(path, { policy: 'defaults', retries: 0, settings: settingsOf(name, run), seed: run }))
    recorded[name] = run + 1
    writeFileSync(done, JSON.stringify(recorded))
  }
  process.stdout.write(`${i + 1} of ${clipCount}: ${name}\n`)
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
  const tried = all[seededRng(`${name} ${run}`).int(all.length)]!
  return { ...open, ...(tried.settings as TrackingConfiguration) }
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
