/** What `hindsight track` leaves in its folder, and what it says of it. docs/spec.md has the layout. */
import { readdir } from 'node:fs/promises'
import { Fault, fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import { encoded } from '#formats/text-chunks.ts'
import { folderSink } from '#io/folder-sink.ts'
import { systemFault } from '#io/system-faults.ts'
import { colmapModel } from '#track/scenes/colmap.ts'
import { colmapFolder } from '#track/scenes/names.ts'
import type { SceneFile } from '#track/scenes/scene.ts'
import { type Shot, solveJson } from '#track/scenes/solve-json.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { Solution } from '#track/solution.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { RecordedRun } from './record-track.ts'
import type { TrackRequest } from './track-request.ts'
import { shotScenes } from './track-scenes.ts'

export interface TrackReport {
  /** The clip's file name. */
  readonly clip: string
  readonly info: ClipInfo
  /** null when nothing was written. */
  readonly out: string | null
  /** The session that the run was recorded as; null when it was not. */
  readonly recorded: RecordedRun | null
  /** Which frames were looked at, inclusive. */
  readonly frames: { readonly from: number; readonly to: number }
  readonly tracks: number
  /** Where no point could be placed in the first frame, and why. */
  readonly emptyRegions: readonly { readonly region: string; readonly why: string }[]
  /** Between cuts, in order of time. */
  readonly shots: readonly ShotReport[]
  readonly followMs: number
  readonly solveMs: number
}

export type ShotReport = Pick<Shot, 'fromFrame' | 'toFrame'> & (SolvedReport | UnsolvedReport)

interface UnsolvedReport {
  readonly solved: false
  readonly code: string
  readonly why: string
}

type SolvedReport = Omit<Solution, 'fromFrame' | 'toFrame' | 'intrinsics' | 'cameras' | 'points' | 'unsolved'> & {
  readonly solved: true
  /** Of the COLMAP model, below `out`; null when nothing was written. */
  readonly folder: string | null
  /** The folder of scenes for other programs; null when none were asked for. */
  readonly scenes: string | null
  readonly cameras: number
  readonly points: number
  /** Tracks without a point. */
  readonly unsolved: number
  readonly focalPx: number
  readonly focalMm: number
  readonly lens: Solution['intrinsics']['lens']
}

/**
 * The folder for results; nothing is seen of them before it is closed.
 *
 * @throws store.occupied when it holds anything, or with `replace` anything but earlier results
 */
export async function openResults(out: string, replace: boolean): Promise<Sink> {
  if (replace) {
    const names = await readdir(out).catch((error: unknown) => nothingThere(error, out))
    const foreign = names.find(
      (name) => !/^(?:(?:tracks|solve)\.json|(?:colmap|scenes)(?:-\d+)?|\.part\..*)$/.test(name),
    )
    if (foreign !== undefined) {
      const expected = 'a folder with nothing but earlier results, for --force removes what is there'
      throw fault('store.occupied', { expected, found: foreign, where: out })
    }
  }
  return folderSink(out, { replace })
}

function nothingThere(error: unknown, path: string): readonly string[] {
  const known = systemFault(error, path)
  if (known instanceof Fault && known.code === 'file.missing') return []
  throw known
}

/** What goes into the folder, if there is one, and the report. How long it took is in the report alone: equal runs leave equal files. */
export interface TrackResults {
  readonly files: readonly SceneFile[]
  readonly report: TrackReport
}

export function resultsOf(
  tracked: TrackedClip,
  clip: string,
  request: TrackRequest,
  recorded: RecordedRun | null,
): TrackResults {
  const { info, frames, followed, shots, solveOptions, timings } = tracked
  const { out } = request
  const files: SceneFile[] = []
  if (out !== null) {
    files.push(tracksJson({ clip, info, ...followed, frames }))
    files.push(solveJson({ clip, info, frames, options: solveOptions, shots }))
  }
  let part = 0
  const reports = shots.map(({ fromFrame, toFrame, result }): ShotReport => {
    if (!result.ok) return { fromFrame, toFrame, solved: false, code: result.code, why: result.why }
    if (out === null) return { fromFrame, toFrame, ...solvedReport(result.solution, request.sensorWidthMm) }
    const folder = colmapFolder(part)
    const model = colmapModel(result.solution, followed.tracks)
    const scenes = shotScenes(result.solution, part++, tracked, request)
    files.push(...model.files.map((file) => ({ ...file, name: `${folder}/${file.name}` })), ...(scenes?.files ?? []))
    const notes = [...result.solution.notes, ...model.notes, ...(scenes?.notes ?? [])]
    const solved = solvedReport(result.solution, request.sensorWidthMm)
    return { fromFrame, toFrame, ...solved, folder, scenes: scenes?.folder ?? null, notes }
  })
  const emptyRegions = (followed.detections[0]?.regions ?? []).flatMap(({ region, why }) =>
    why ? [{ region, why }] : [],
  )
  const tracks = followed.tracks.length
  return { files, report: { clip, info, out, recorded, frames, tracks, emptyRegions, shots: reports, ...timings } }
}

/**
 * Makes the files; the sink is left open.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function writeFiles(files: readonly SceneFile[], sink: Sink, signal: AbortSignal): Promise<void> {
  for (const file of files) {
    signal.throwIfAborted()
    await sink.write(file.name, 'bytes' in file ? streamed(file.bytes()) : encoded(file.pieces()))
  }
}

async function* streamed(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

function solvedReport(solution: Solution, sensorWidthMm: number): SolvedReport {
  const { fromFrame: _from, toFrame: _to, intrinsics, cameras, points, unsolved, ...rest } = solution
  return {
    solved: true,
    folder: null,
    scenes: null,
    ...rest,
    cameras: cameras.length,
    points: points.length,
    unsolved: unsolved.length,
    focalPx: intrinsics.focalPx,
    focalMm: (intrinsics.focalPx * sensorWidthMm) / intrinsics.widthPx,
    lens: intrinsics.lens,
  }
}
