/** A solve that is kept for another program, made of what was stored: nothing is tracked again. */
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, extname, join, sep } from 'node:path'
import type { Context } from '#core/context.ts'
import { Fault, fault } from '#core/faults.ts'
import { zipSink } from '#io/zip-sink.ts'
import { colmapModel } from '#track/scenes/colmap.ts'
import { parsePlacement } from '#track/scenes/placement.ts'
import { makeScene, type SceneFile } from '#track/scenes/scene.ts'
import { type SceneName, sceneWriters } from '#track/scenes/scenes.ts'
import { clipPath } from './clips.ts'
import { type Engine, newId } from './engine.ts'
import { readRun, type RunPlace } from './track-files.ts'
import { usualSensorWidthMm } from './track-request.ts'
import { bytesOf, writeFiles } from './track-results.ts'

export interface SceneRequest {
  readonly program: SceneName | 'colmap'
  /** The number that the clip's first frame gets. */
  readonly startFrame: number
  /** Which part of the clip, counted from 0, cut by cut. */
  readonly shot: number
  /** How the scene was laid in the studio, as `placementText` has it; COLMAP keeps the solver's own axes. */
  readonly placement?: string | undefined
}

export interface SceneDownload {
  readonly name: string
  readonly mediaType: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * @throws session.unknown, job.unknown; track.unknown, also for a shot that was not solved; scene.empty when there is nothing
 * to write; request.invalid for a placement that is none
 */
export async function runScene(
  engine: Engine,
  place: RunPlace,
  { program, startFrame, shot, placement }: SceneRequest,
  ctx: Pick<Context, 'signal'>,
): Promise<SceneDownload> {
  const sceneFromWorld = placement === undefined ? null : placed(placement)
  const { fingerprint, tracks, solve, ...run } = await readRun(engine, place)
  const result = solve.shots[shot]?.result
  if (!result?.ok) {
    const found = result === undefined ? `shot ${shot} of ${solve.shots.length}` : `shot ${shot}: ${result.why}`
    throw fault('track.unknown', { expected: 'a shot that was solved', found })
  }
  const path = await placeOf(engine, fingerprint, ctx)
  // Without its place, the name of the run says more than a fingerprint.
  const [[kind, id]] = Object.entries(place) as [[string, string]]
  const name = path === null ? `${kind}-${id}` : basename(path)
  const footage = path === null ? null : path.split(sep).join('/')
  const sensorWidthMm = run.sensorWidthMm ?? usualSensorWidthMm
  const { files, notes } =
    program === 'colmap'
      ? colmapModel(result.solution, tracks.tracks)
      : sceneWriters
          .find((writer) => writer.name === program)!
          .write(
            makeScene(
              result.solution,
              tracks.tracks,
              { ...solve.info, name, footage },
              { startFrame, sensorWidthMm, sceneFromWorld },
            ),
          )
  if (files.length === 0) {
    throw fault('scene.empty', { expected: `something to write for ${program}`, found: notes.join('; ') || 'nothing' })
  }
  const stem = basename(name, extname(name))
  return download(engine, `${stem}-${program}`, files, ctx)
}

function placed(text: string): NonNullable<ReturnType<typeof parsePlacement>> {
  const placement = parsePlacement(text)
  if (placement) return placement
  throw fault('request.invalid', {
    expected: 'placement: scale, 9 numbers of a rotation row by row, 3 of a translation, with commas between',
    found: JSON.stringify(text.slice(0, 200)),
  })
}

/** null when it is not on this machine. */
async function placeOf(
  engine: Engine,
  fingerprint: string | null,
  ctx: Pick<Context, 'signal'>,
): Promise<string | null> {
  if (fingerprint === null) return null
  try {
    return await clipPath(engine, fingerprint, ctx)
  } catch (error) {
    if (error instanceof Fault && (error.code === 'clip.unknown' || error.code === 'clip.gone')) return null
    throw error
  }
}

/** One file as it is, several as a zip. */
async function download(
  { dataDir }: Engine,
  stem: string,
  files: readonly SceneFile[],
  { signal }: Pick<Context, 'signal'>,
): Promise<SceneDownload> {
  const [only] = files
  if (only && files.length === 1) {
    const name = `${stem}${extname(only.name)}`
    return { name, mediaType: 'application/octet-stream', bytes: bytesOf(only) }
  }
  const folder = join(dataDir, 'tmp', `scene-${newId()}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const zip = join(folder, 'scene.zip')
    const sink = await zipSink(zip)
    try {
      await writeFiles(files, sink, signal)
      await sink.close()
    } catch (error) {
      await sink.abort()
      throw error
    }
    return { name: `${stem}.zip`, mediaType: 'application/zip', bytes: thenGone(zip, folder) }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function* thenGone(path: string, folder: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
