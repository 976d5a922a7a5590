import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { cameraBodies } from '#engine/cameras.ts'
import { makeContext } from '#engine/engine.ts'
import { chosenSettings, type TrackRequest } from '#engine/track-request.ts'
import type { Recording } from '#engine/record-track.ts'
import { trackFile } from '#engine/track.ts'
import { clipsIn, outOf } from '#engine/track-batch.ts'
import type { TrackReport } from '#engine/track-results.ts'
import { type Command, type CommandContext, type Options, text } from '../command.ts'
import { table, type Terminal } from '../terminal.ts'
import { trackFlags, trackRequestOf } from '../track-options.ts'
import { batchRow, phaseLines, recordedWords, trackWords } from '../track-words.ts'

export const track: Command = {
  name: 'track',
  about: 'follow points through clips and solve their cameras',
  args: [
    {
      name: '[clips...]',
      about: 'videos, folders of pictures, one of them, a pattern as "shot.%04d.png", or folders of such clips',
    },
  ],
  flags: trackFlags,
  more: `Looks at the clip, chooses settings, tracks and solves; where that fails it finds out why and tries again, and the best
attempt is kept. Each attempt is recorded as a session (settings, tracks, outcome; no pictures, no paths). With --out it
writes tracks.json, solve.json, and the camera and points as COLMAP text in colmap/ (colmap-2/ … for further parts of a
cut clip); with --export also scenes for other programs, in scenes/ (scenes-2/ …). Nothing is left behind when it fails or is
interrupted. Several clips are taken one after the other, each with a folder of its own, also when one fails.
Exit status 1 also when no part of a clip could be solved: the tracks are written all the same, and it says why.`,
  async run(clips, options, context) {
    if (text(options['camera']) === 'list') return listCameras(context.terminal)
    const found = await clipsIn(clips)
    const [only] = found
    if (found.length === 1 && only !== undefined && clips.length === 1 && only === clips[0]) {
      return await trackOne(only, options, context)
    }
    return await trackAll(found, options, context)
  },
}

function listCameras(terminal: Terminal): number {
  const rows = cameraBodies.map(({ name, sensorWidthMm, note }) => [name, sensorWidthMm, note])
  terminal.result(cameraBodies, () => table(['camera', 'width mm', 'what'], rows))
  return 0
}

async function trackOne(clip: string, options: Options, context: CommandContext): Promise<number> {
  const request = trackRequestOf(clip, options)
  const { terminal } = context
  const report = await tracked(request, options, context)
  terminal.result(report, () => trackWords(report, request, terminal))
  return isSolved(report) ? 0 : 1
}

const isSolved = ({ shots }: TrackReport) => shots.some(({ solved }) => solved)

/** What a clip of several came to. */
type BatchEntry =
  | { readonly clip: string; readonly report: TrackReport }
  | { readonly clip: string; readonly error: { readonly code: string; readonly message: string } }

async function trackAll(clips: readonly string[], options: Options, context: CommandContext): Promise<number> {
  const { terminal, signal } = context
  // Flags that make no sense are said once, before the first clip.
  const shared = trackRequestOf(clips[0] ?? '', options)
  const outs = outOf(clips, shared.out)
  const entries: BatchEntry[] = []
  for (const [i, clip] of clips.entries()) {
    const request = { ...trackRequestOf(clip, options), out: outs[i] ?? null }
    terminal.say(`${i + 1} of ${clips.length}: ${clip}`)
    try {
      const report = await tracked(request, options, context)
      entries.push({ clip, report })
    } catch (error) {
      if (signal.aborted || !(error instanceof Fault)) throw error
      terminal.say(`  ${error.message}`)
      entries.push({ clip, error: { code: error.code, message: error.message } })
    }
  }
  terminal.result({ clips: entries }, () =>
    table(
      ['clip', 'frames', 'solved', 'error px', 'attempts', 'confidence', 'what'],
      entries.map((entry) => ('report' in entry ? batchRow(entry.report) : failedRow(entry.clip, entry.error.message))),
    ),
  )
  return entries.every((entry) => 'report' in entry && isSolved(entry.report)) ? 0 : 1
}

const failedRow = (clip: string, message: string) => [clip, null, null, null, null, null, message]

async function tracked(request: TrackRequest, options: Options, context: CommandContext): Promise<TrackReport> {
  const { terminal, signal, dataDir } = context
  const ctx = makeContext({ signal, seed: request.seed, progress: terminal.progress, warn: terminal.warn })
  const recording: { opening?: Promise<Recording | null> } = {}
  const open = async () => {
    recording.opening = recordingOf(request, options, dataDir, ctx)
    return (await recording.opening)?.recorder ?? null
  }
  try {
    return await trackFile(request, ctx, options['record'] === false ? null : open, phaseLines(terminal))
  } catch (error) {
    const recorded = (await recording.opening)?.recorder.recorded
    if (recorded) terminal.say(`recorded as it was: ${recordedWords(recorded)}`)
    throw error
  } finally {
    terminal.clearBar()
    await (await recording.opening)?.close()
  }
}

/** The store is loaded only by runs that are recorded. */
async function recordingOf(request: TrackRequest, options: Options, dataDir: string, ctx: Context) {
  const { openRecording } = await import('#engine/record-track.ts')
  const project = text(options['project']) ?? 'default'
  return openRecording(dataDir, { project, clip: request.clip, chosen: chosenSettings(request) }, ctx)
}
