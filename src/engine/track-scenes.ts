/** Solved shots for other programs: what `hindsight track --export` adds to its folder. */
import { basename, join, relative, sep } from 'node:path'
import { scenesFolder } from '#track/scenes/names.ts'
import { makeScene, type SceneClip, type SceneFile } from '#track/scenes/scene.ts'
import { sceneWriters } from '#track/scenes/scenes.ts'
import type { Solution } from '#track/solution.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import { type TrackRequest, usualSensorWidthMm } from './track-request.ts'

export interface ShotScenes {
  /** Below the folder of results. */
  readonly folder: string
  readonly files: readonly SceneFile[]
  /** What is worth knowing of them, in sentences. */
  readonly notes: readonly string[]
}

/**
 * @param part the how-manieth solved shot it is, from 0
 * @returns null when no scene was asked for, or there is no folder for it
 */
export function shotScenes(
  solution: Solution,
  part: number,
  { info, followed }: TrackedClip,
  { clip, out, exports, startFrame, sensorWidthMm }: TrackRequest,
): ShotScenes | null {
  if (exports.length === 0 || out === null) return null
  const folder = scenesFolder(part)
  const footage: SceneClip = { ...info, name: basename(clip), footage: pathFrom(join(out, folder), clip) }
  const scene = makeScene(solution, followed.tracks, footage, {
    startFrame,
    sensorWidthMm: sensorWidthMm ?? usualSensorWidthMm,
  })
  const written = sceneWriters.filter(({ name }) => exports.includes(name)).map(({ write }) => write(scene))
  return {
    folder,
    files: written.flatMap(({ files }) => files.map((file) => ({ ...file, name: `${folder}/${file.name}` }))),
    // Several programs lack the same things.
    notes: [...new Set([...scene.notes, ...written.flatMap(({ notes }) => notes)])],
  }
}

/** As scripts of any system write it. */
const pathFrom = (folder: string, file: string) => relative(folder, file).split(sep).join('/')
