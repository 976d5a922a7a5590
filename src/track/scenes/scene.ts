/**
 * A solved shot as other programs want it: y up, camera axes x right, y up and z backwards (OpenGL's, which Blender, Nuke,
 * glTF and USD share), the first camera at the origin and heading along -z, frames numbered as artists number them.
 *
 * The solver's world has no up. Here it is the mean up of the cameras, as if the shot was held level on average, unless a person
 * laid the scene; each scene has a root object by which it can be levelled and scaled by hand, since a camera alone does not know the scale either.
 */
import type { Fraction } from '#vision/frames.ts'
import { type Similarity, transformBySimilarity } from '../estimate/similarity.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { multiply3, transpose3 } from '../geometry/linear.ts'
import { centreOf } from '../geometry/rigid3.ts'
import type { Solution } from '../solution.ts'
import type { Track } from '../tracks.ts'
import type { TextFile } from './names.ts'
import { placement, tripodDistance } from './placement.ts'

/** What a scene says of the footage. */
export interface SceneClip {
  /** The clip's file name, without its folder. */
  readonly name: string
  /** Where a scene finds the footage, from the scene's own folder, `/`-separated; null: it is not linked. */
  readonly footage: string | null
  readonly frameCount: number
  /** null: unknown; 24 frames/s are assumed then. */
  readonly frameRate: Fraction | null
  readonly variableFrameRate: boolean
  /** How far the container asks for the pictures to be turned; everything here is of the turned ones. */
  readonly rotationDeg: number
}

export interface SceneOptions {
  /** The number that the clip's first frame gets, 1 by default, as in Blender and Nuke. */
  readonly startFrame?: number
  /** Width of the film back that focal lengths in millimetres are for, 36 by default. */
  readonly sensorWidthMm?: number
  /**
   * How a person laid the scene, y up: x_scene = scale R x_world + t. A scale other than 1 is taken for a known one, in metres.
   * By default up is the mean up of the cameras, and the first camera is at the origin.
   */
  readonly sceneFromWorld?: Similarity | null
}

export interface SceneCamera {
  /** As in the footage, from 0. */
  readonly frame: number
  /** As exported: `frame` + the start frame. */
  readonly number: number
  readonly position: Float64Array
  /** 3 x 3, row-major: its columns are the camera's right, up and backwards. */
  readonly worldFromCam: Float64Array
  /** Horizontal. */
  readonly focalPx: number
}

export interface ScenePoint {
  readonly track: number
  readonly position: Float64Array
  readonly errorPx: number
}

export interface Scene {
  readonly clip: SceneClip
  readonly startFrame: number
  /** Numbers of the first and last frame of the shot, whether solved or not. */
  readonly firstNumber: number
  readonly lastNumber: number
  readonly frameRate: Fraction
  readonly sensorWidthMm: number
  /** Lengths are metres; false where nobody said how long anything is. */
  readonly isMetric: boolean
  readonly zoom: boolean
  readonly intrinsics: Intrinsics
  /** Ascending; frames that could not be solved are absent. */
  readonly cameras: readonly SceneCamera[]
  readonly points: readonly ScenePoint[]
  /** What was followed in 2D, all of the clip. */
  readonly tracks: readonly Track[]
  /** Depths that hold every point as every camera sees it, with some room. */
  readonly nearest: number
  readonly farthest: number
  /** What every program should know of this shot, in sentences. */
  readonly notes: readonly string[]
}

export interface BinaryFile {
  /** Relative, `/`-separated. */
  readonly name: string
  /** Made while they are written, as a text file's pieces are. */
  readonly bytes: () => Iterable<Uint8Array>
}

export type SceneFile = TextFile | BinaryFile

export interface SceneExport {
  readonly files: readonly SceneFile[]
  /** What this program's files cannot hold as it is, in sentences. */
  readonly notes: readonly string[]
}

/** @param tracks all that were followed */
export function makeScene(
  solution: Solution,
  tracks: readonly Track[],
  clip: SceneClip,
  { startFrame = 1, sensorWidthMm = 36, sceneFromWorld: laid = null }: SceneOptions = {},
): Scene {
  const { motion, zoom, intrinsics, fromFrame, toFrame } = solution
  const sceneFromWorld = laid ?? { scale: 1, ...placement(solution.cameras) }
  const cameras = solution.cameras.map(({ frame, camFromWorld, focalPx }): SceneCamera => {
    return {
      frame,
      number: frame + startFrame,
      position: transformBySimilarity(sceneFromWorld, centreOf(camFromWorld)),
      worldFromCam: withAxesOfOpenGl(multiply3(sceneFromWorld.rotation, transpose3(camFromWorld.rotation))),
      focalPx,
    }
  })
  const distance = motion === 'tripod' ? tripodDistance : 1
  const points = solution.points.map(({ track, xyz, errorPx }): ScenePoint => {
    return {
      track,
      position: transformBySimilarity(
        sceneFromWorld,
        Float64Array.from(xyz, (value) => value * distance),
      ),
      errorPx,
    }
  })
  return {
    clip,
    startFrame,
    firstNumber: fromFrame + startFrame,
    lastNumber: toFrame + startFrame,
    frameRate: clip.frameRate ?? { numerator: 24, denominator: 1 },
    sensorWidthMm,
    isMetric: sceneFromWorld.scale !== 1,
    zoom,
    intrinsics,
    cameras,
    points,
    tracks,
    ...depthsOf(cameras, points),
    notes: notesOf(solution, clip, startFrame),
  }
}

/** From x right, y down, z forward. */
const withAxesOfOpenGl = (worldFromCam: Float64Array) => worldFromCam.map((value, i) => (i % 3 === 0 ? value : -value))

/** How far in front of a camera a place is. */
function depthIn({ position, worldFromCam }: SceneCamera, place: Float64Array): number {
  let depth = 0
  for (let i = 0; i < 3; i++) depth -= worldFromCam[3 * i + 2]! * (place[i]! - position[i]!)
  return depth
}

function depthsOf(cameras: readonly SceneCamera[], points: readonly ScenePoint[]) {
  let nearest = Infinity
  let farthest = 0
  for (const camera of cameras) {
    for (const { position } of points) {
      const depth = depthIn(camera, position)
      if (depth <= 0) continue
      nearest = Math.min(nearest, depth)
      farthest = Math.max(farthest, depth)
    }
  }
  return farthest > 0 ? { nearest: nearest / 100, farthest: farthest * 100 } : { nearest: 0.01, farthest: 1000 }
}

function notesOf(
  { motion, cameras, fromFrame, toFrame }: Solution,
  { frameRate, variableFrameRate, rotationDeg }: SceneClip,
  startFrame: number,
): readonly string[] {
  const solved = new Set(cameras.map(({ frame }) => frame))
  const missing: number[] = []
  for (let frame = fromFrame; frame <= toFrame; frame++) if (!solved.has(frame)) missing.push(frame + startFrame)
  const shown = missing.length > 6 ? `${missing.slice(0, 6).join(', ')} …` : missing.join(', ')
  return [
    ...(missing.length > 0
      ? [`no camera was solved for ${missing.length} frames (${shown}); programs interpolate`]
      : []),
    ...(motion === 'tripod'
      ? [`a tripod shot tells no distances: every point stands ${tripodDistance} units from the camera`]
      : []),
    ...(frameRate === null ? ['the frame rate is not known: 24 frames/s are assumed'] : []),
    ...(variableFrameRate ? ['the footage has a variable frame rate: keys go by frames, not by its times'] : []),
    ...(rotationDeg === 0
      ? []
      : [`the footage is stored turned by ${rotationDeg} degrees: see that it stands upright`]),
  ]
}

/** Focal length in millimetres of the film back. */
export const focalMm = ({ sensorWidthMm, intrinsics }: Scene, focalPx: number) =>
  (focalPx * sensorWidthMm) / intrinsics.widthPx

/** Height of the film back, of the picture as it is shown: with square pixels. */
export const sensorHeightMm = ({ sensorWidthMm, intrinsics: { widthPx, heightPx, pixelAspect } }: Scene) =>
  (sensorWidthMm * heightPx) / (widthPx * pixelAspect)

/**
 * How far the picture's centre lies from where the camera looks, as a share of the picture's width, to the right and up:
 * Blender's shift, half of Nuke's window translation, USD's aperture offset over the aperture.
 */
export function windowShift({ intrinsics }: Scene): readonly [x: number, y: number] {
  const { widthPx, heightPx, pixelAspect, principalXPx, principalYPx } = intrinsics
  return [(widthPx / 2 - principalXPx) / widthPx, (principalYPx - heightPx / 2) / (widthPx * pixelAspect)]
}

/** Angle of view from the top of the picture to its bottom, radians; that of a picture that is not shifted. */
export const verticalAngleRad = ({ intrinsics: { heightPx, pixelAspect } }: Scene, focalPx: number) =>
  2 * Math.atan(heightPx / (2 * focalPx * pixelAspect))

export const isShifted = (scene: Scene) => windowShift(scene).some((share) => Math.abs(share) > 1e-9)

export const hasLens = ({ intrinsics }: Scene) => intrinsics.lens.model !== 'none'

/** For programs that have no lens: what to do about it. */
export const pinholeNote = 'cameras have no distortion: put them over footage that the ST-map (stmap) has undistorted'

/** Turns a direction or a rotation's columns from y up to z up: (x, y, z) becomes (x, -z, y). */
export const zUp = ([x = 0, y = 0, z = 0]: ArrayLike<number> & Iterable<number>) => Float64Array.of(x, -z, y)

/** The same for a rotation, whose rows stand for the world's axes. */
export const zUpRotation = (r: Float64Array) =>
  Float64Array.of(r[0]!, r[1]!, r[2]!, -r[6]!, -r[7]!, -r[8]!, r[3]!, r[4]!, r[5]!)
