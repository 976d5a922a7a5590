/**
 * A solved shot as a COLMAP text model: cameras.txt, images.txt and points3D.txt, as described at
 * https://colmap.github.io/format.html. COLMAP's camera axes and its pixels (centre of the first one at 0.5, 0.5) are ours.
 *
 * Ids count from 1: IMAGE_ID is the frame + 1, POINT3D_ID the track's id + 1. An image lists every track that was seen in
 * its frame, those without a point (or kept out as wrong there) as -1. The footage was followed in gray, so points are.
 */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { quaternionOf } from '../geometry/so3.ts'
import type { Solution, SolverTrack } from '../solution.ts'
import { type ColmapCamera, colmapCamera } from './colmap-camera.ts'
import { imageName, type TextFile } from './names.ts'

export interface ColmapModel {
  readonly files: readonly TextFile[]
  /** What COLMAP cannot hold as it is, in sentences. */
  readonly notes: readonly string[]
}

/** @param tracks those that the solver was given: their observations in the shot are the images' points */
export function colmapModel(solution: Solution, tracks: readonly SolverTrack[]): ColmapModel {
  const cameras = camerasOf(solution)
  const sightings = sightingsOf(solution, tracks)
  const notes = notesOf(solution, cameras)
  return {
    notes,
    files: [
      { name: 'cameras.txt', pieces: () => cameraLines(solution.intrinsics, cameras, notes) },
      { name: 'images.txt', pieces: () => imageLines(solution, sightings) },
      { name: 'points3D.txt', pieces: () => pointLines(solution, sightings) },
    ],
  }
}

const imageId = (frame: number) => frame + 1
const pointId = (track: number) => track + 1

/** One for all frames, or one for each where the lens zooms; by CAMERA_ID. */
function camerasOf({ zoom, intrinsics, cameras }: Solution): ReadonlyMap<number, ColmapCamera> {
  if (!zoom) return new Map([[1, colmapCamera(intrinsics)]])
  return new Map(cameras.map(({ frame, focalPx }) => [imageId(frame), colmapCamera({ ...intrinsics, focalPx })]))
}

function notesOf({ motion }: Solution, cameras: ReadonlyMap<number, ColmapCamera>): readonly string[] {
  const offPx = Math.max(...[...cameras.values()].map(({ lensOffPx }) => lensOffPx))
  return [
    ...(offPx > 0.001
      ? [`COLMAP has no such lens: the nearest of its own is written, at most ${offPx.toPrecision(2)} px off`]
      : []),
    ...(motion === 'tripod'
      ? ['a tripod shot tells no distances: each point stands on its ray, at distance 1 from the camera']
      : []),
  ]
}

function* cameraLines(
  { widthPx, heightPx }: Intrinsics,
  cameras: ReadonlyMap<number, ColmapCamera>,
  notes: readonly string[],
): Iterable<string> {
  yield '# Camera list with one line of data per camera:\n#   CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n'
  for (const note of notes) yield `# Note: ${note}\n`
  yield `# Number of cameras: ${cameras.size}\n`
  for (const [id, { model, params }] of cameras) yield line(id, model, widthPx, heightPx, ...params)
}

/** A track in a frame; its index in the frame's list is COLMAP's POINT2D_IDX. */
interface Sighting {
  readonly x: number
  readonly y: number
  /** POINT3D_ID, -1 without one. */
  readonly point: number
}

interface Sightings {
  /** Of each solved frame, by tracks in order. */
  readonly ofFrame: ReadonlyMap<number, readonly Sighting[]>
  /** Of each point: IMAGE_ID and POINT2D_IDX in turn, by track id. */
  readonly ofTrack: ReadonlyMap<number, readonly number[]>
}

function sightingsOf({ cameras, points }: Solution, tracks: readonly SolverTrack[]): Sightings {
  const ofFrame = new Map(cameras.map(({ frame }): [number, Sighting[]] => [frame, []]))
  const ofTrack = new Map(points.map(({ track }): [number, number[]] => [track, []]))
  const dropped = new Map(points.map(({ track, droppedFrames }) => [track, new Set(droppedFrames)]))
  for (const { id, frames, xy } of tracks) {
    for (const [i, frame] of frames.entries()) {
      const seen = ofFrame.get(frame)
      if (!seen) continue
      const kept = dropped.get(id)?.has(frame) === false
      if (kept) ofTrack.get(id)?.push(imageId(frame), seen.length)
      seen.push({ x: xy[2 * i] ?? NaN, y: xy[2 * i + 1] ?? NaN, point: kept ? pointId(id) : -1 })
    }
  }
  return { ofFrame, ofTrack }
}

function* imageLines({ cameras, zoom }: Solution, { ofFrame }: Sightings): Iterable<string> {
  yield '# Image list with two lines of data per image:\n'
  yield '#   IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME\n#   POINTS2D[] as (X, Y, POINT3D_ID)\n'
  yield `# Number of images: ${cameras.length}\n`
  for (const { frame, camFromWorld } of cameras) {
    const id = imageId(frame)
    const pose = [...quaternionOf(camFromWorld.rotation), ...camFromWorld.translation]
    yield line(id, ...pose, zoom ? id : 1, imageName(frame))
    yield line(...(ofFrame.get(frame) ?? []).flatMap(({ x, y, point }) => [x, y, point]))
  }
}

function* pointLines({ points }: Solution, { ofTrack }: Sightings): Iterable<string> {
  yield '# 3D point list with one line of data per point:\n'
  yield '#   POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[] as (IMAGE_ID, POINT2D_IDX)\n'
  yield `# Number of points: ${points.length}\n`
  for (const { track, xyz, errorPx } of points) {
    yield line(pointId(track), ...xyz, 128, 128, 128, errorPx, ...(ofTrack.get(track) ?? []))
  }
}

/** Numbers as the shortest text that reads back as the same double. */
function line(...values: readonly (number | string)[]): string {
  for (const value of values) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`a COLMAP file cannot hold ${value}`)
  }
  return `${values.join(' ')}\n`
}
