/**
 * A camera for Nuke, as a script (.nk) and as a bare curve (.chan: frame, translation, rotation, vertical angle of view).
 *
 * Nuke is y up and its camera axes are ours. Its rotation order ZXY turns about z first and about y last, Ry Rx Rz. It
 * projects by the horizontal aperture alone, and its window translation is in halves of that in both directions.
 */
import { eulerCurve } from './rotation-curves.ts'
import {
  focalMm,
  hasLens,
  isShifted,
  pinholeNote,
  type Scene,
  type SceneExport,
  sensorHeightMm,
  verticalAngleRad,
  windowShift,
} from './scene.ts'
import { number, numbers, oneLine } from './scene-text.ts'

/** Each point is a node, and more of them are of no use. */
const mostPoints = 200

const degrees = (rad: number) => (rad * 180) / Math.PI

export function nukeScene(scene: Scene): SceneExport {
  const notes = [
    ...(hasLens(scene) ? [pinholeNote] : []),
    ...(isShifted(scene) ? ['a .chan file holds no principal point: in Nuke take the .nk'] : []),
    ...(scene.points.length > mostPoints ? [`Nuke gets the ${mostPoints} points with the smallest error`] : []),
  ]
  return {
    files: [
      { name: 'nuke.nk', pieces: () => script(scene, [...scene.notes, ...notes]) },
      { name: 'nuke.chan', pieces: () => curve(scene) },
    ],
    notes,
  }
}

const turns = ({ cameras }: Scene) =>
  eulerCurve(
    cameras.map(({ worldFromCam }) => worldFromCam),
    [1, 0, 2],
  )

function* curve(scene: Scene): Iterable<string> {
  const rotations = turns(scene)
  for (const [i, { number: frame, position, focalPx }] of scene.cameras.entries()) {
    const angle = degrees(verticalAngleRad(scene, focalPx))
    yield `${frame}\t${numbers([...position, ...rotations[i]!, angle], '\t')}\n`
  }
}

function* script(scene: Scene, notes: readonly string[]): Iterable<string> {
  const { clip } = scene
  yield `# Solved camera of ${oneLine(clip.name)}. Rotations are in the order ZXY.\n`
  for (const note of notes) yield `# Note: ${oneLine(note)}\n`
  yield root(scene)
  yield footage(scene)
  yield node('Axis2', {
    inputs: '0',
    name: 'HindsightWorld',
    label: quoted('scale and level the scene here'),
    xpos: '200',
    ypos: '0',
  })
  yield 'set world [stack 0]\n'
  yield* camera(scene)
  const best = scene.points.toSorted((a, b) => a.errorPx - b.errorPx).slice(0, mostPoints)
  for (const [i, { track, position }] of best.entries()) {
    const place = { xpos: String(350 + 100 * (i % 20)), ypos: String(150 + 60 * Math.floor(i / 20)) }
    yield 'push $world\n'
    yield node('Axis2', { translate: `{${numbers(position)}}`, name: `track_${track}`, ...place })
  }
}

function root({ clip, firstNumber, lastNumber, frameRate, intrinsics }: Scene): string {
  const { widthPx: w, heightPx: h, pixelAspect } = intrinsics
  return node('Root', {
    inputs: '0',
    first_frame: String(firstNumber),
    last_frame: String(lastNumber),
    frame: String(firstNumber),
    fps: number(frameRate.numerator / frameRate.denominator),
    format: `"${w} ${h} 0 0 ${w} ${h} ${number(pixelAspect)} Hindsight_${w}x${h}"`,
    // So that the footage is found beside the script.
    ...(clip.footage === null ? {} : { project_directory: String.raw`"\[python \{nuke.script_directory()\}]"` }),
  })
}

/** Only of a video: the numbers of a sequence's files are not known here. */
function footage({ clip, startFrame }: Scene): string {
  if (clip.footage === null || !isVideo(clip.footage)) return ''
  return node('Read', {
    inputs: '0',
    file: quoted(clip.footage),
    first: '1',
    last: String(clip.frameCount),
    frame_mode: '"start at"',
    frame: String(startFrame),
    name: 'HindsightFootage',
    xpos: '0',
    ypos: '0',
  })
}

const isVideo = (path: string) => /\.(?:mp4|mov|m4v|mxf|avi|mkv|webm)$/i.test(path)

function* camera(scene: Scene): Iterable<string> {
  const { cameras, zoom, nearest, farthest, sensorWidthMm, intrinsics } = scene
  const rotations = turns(scene)
  const keyed = (values: readonly number[]) =>
    `{curve L ${values.map((value, i) => `x${cameras[i]!.number} ${number(value)}`).join(' ')}}`
  const axes = [0, 1, 2]
  const focals = cameras.map(({ focalPx }) => focalMm(scene, focalPx))
  yield node('Camera2', {
    rot_order: 'ZXY',
    translate: `{${axes.map((axis) => keyed(cameras.map(({ position }) => position[axis]!))).join(' ')}}`,
    rotate: `{${axes.map((axis) => keyed(rotations.map((rotation) => rotation[axis]!))).join(' ')}}`,
    focal: zoom ? `{${keyed(focals)}}` : number(focalMm(scene, intrinsics.focalPx)),
    haperture: number(sensorWidthMm),
    vaperture: number(sensorHeightMm(scene)),
    near: number(nearest),
    far: number(farthest),
    win_translate: `{${numbers(windowShift(scene).map((share) => 2 * share))}}`,
    name: 'HindsightCamera',
    xpos: '200',
    ypos: '150',
  })
}

const node = (type: string, knobs: Readonly<Record<string, string>>) =>
  `${type} {\n${Object.entries(knobs)
    .map(([name, value]) => ` ${name} ${value}\n`)
    .join('')}}\n`

/** A word of Tcl with nothing in it that Tcl would act on. */
const quoted = (text: string) => `"${oneLine(text).replace(/[\\"$[\]{}]/g, String.raw`\$&`)}"`
