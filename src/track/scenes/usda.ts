/**
 * The shot as USD text. y up, and the camera looks along -z, as here. Matrices act on rows, so that they stand transposed.
 * Apertures and focal length are in tenths of a unit by the book; here they are millimetres, as most programs take them:
 * only their ratio counts, and the scale of a solve is not known.
 */
import {
  focalMm,
  hasLens,
  pinholeNote,
  type Scene,
  type SceneCamera,
  type SceneExport,
  sensorHeightMm,
  windowShift,
} from './scene.ts'
import { number, numbers, oneLine } from './scene-text.ts'

export function usdaScene(scene: Scene): SceneExport {
  const notes = hasLens(scene) ? [pinholeNote] : []
  return { files: [{ name: 'camera.usda', pieces: () => pieces(scene, [...scene.notes, ...notes]) }], notes }
}

function* pieces(scene: Scene, notes: readonly string[]): Iterable<string> {
  const { clip, frameRate, firstNumber, lastNumber, cameras, points } = scene
  const said = [...(scene.isMetric ? [] : ['The scale is not known']), ...notes.map(oneLine)].map((note) => ` ${note}.`)
  const rate = number(frameRate.numerator / frameRate.denominator)
  yield '#usda 1.0\n(\n    defaultPrim = "Hindsight"\n'
  yield `    doc = ${JSON.stringify(`Solved camera of ${oneLine(clip.name)}.${said.join('')}`)}\n`
  yield `    startTimeCode = ${firstNumber}\n    endTimeCode = ${lastNumber}\n`
  yield `    timeCodesPerSecond = ${rate}\n    framesPerSecond = ${rate}\n`
  yield '    metersPerUnit = 1\n    upAxis = "Y"\n)\n\n'
  yield 'def Xform "Hindsight"\n{\n    def Camera "Camera"\n    {\n'
  yield* lensLines(scene)
  yield '        matrix4d xformOp:transform.timeSamples = {\n'
  for (const camera of cameras) yield `            ${camera.number}: ${matrix(camera)},\n`
  yield '        }\n        uniform token[] xformOpOrder = ["xformOp:transform"]\n    }\n'
  yield `\n    def Points "Points"\n    {\n        int64[] ids = [${points.map(({ track }) => track).join(', ')}]\n`
  yield '        point3f[] points = ['
  for (const [i, { position }] of points.entries()) yield `${i > 0 ? ', ' : ''}(${numbers(position, ', ')})`
  yield `]\n        float[] widths = [${number(pointWidth(scene))}] (\n            interpolation = "constant"\n        )\n    }\n}\n`
}

/** About a five-hundredth of the picture at a middling depth. */
const pointWidth = ({ nearest, farthest }: Scene) => Math.sqrt(nearest * farthest) / 500

function* lensLines(scene: Scene): Iterable<string> {
  const { sensorWidthMm, nearest, farthest, intrinsics, zoom, cameras } = scene
  const [x, y] = windowShift(scene)
  const line = (type: string, name: string, value: string) => `        ${type} ${name} = ${value}\n`
  yield line('float2', 'clippingRange', `(${numbers([nearest, farthest], ', ')})`)
  yield line('float', 'horizontalAperture', number(sensorWidthMm))
  yield line('float', 'verticalAperture', number(sensorHeightMm(scene)))
  yield line('float', 'horizontalApertureOffset', number(x * sensorWidthMm))
  yield line('float', 'verticalApertureOffset', number(y * sensorWidthMm))
  yield line('token', 'projection', '"perspective"')
  if (!zoom) {
    yield line('float', 'focalLength', number(focalMm(scene, intrinsics.focalPx)))
    return
  }
  yield '        float focalLength.timeSamples = {\n'
  for (const camera of cameras) yield `            ${camera.number}: ${number(focalMm(scene, camera.focalPx))},\n`
  yield '        }\n'
}

function matrix({ worldFromCam, position }: SceneCamera): string {
  const axis = (column: number) => [0, 1, 2].map((row) => worldFromCam[3 * row + column]!)
  const rows = [
    [...axis(0), 0],
    [...axis(1), 0],
    [...axis(2), 0],
    [...position, 1],
  ]
  return `( ${rows.map((row) => `(${numbers(row, ', ')})`).join(', ')} )`
}
