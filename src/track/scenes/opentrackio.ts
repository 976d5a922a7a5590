/**
 * The camera path as OpenTrackIO samples (https://www.opentrackio.org, SMPTE RIS OSVP, version 1.0.1): a JSON array with
 * one sample to a line, each for itself what a tracking system would send for that frame.
 *
 * Right-handed, z up, y forward; intrinsic turns pan about z, tilt about x, roll about y, in degrees. The film back is that
 * of the picture as it is shown, so that one focal length holds for both directions. Distortion is OpenLensIO's "U-D", from
 * ideal to distorted, on a film back in millimetres (its equations 16 and 17, coefficients of numerator and denominator in
 * turn): OpenCV's, radial ones over even powers of the focal length, tangential ones over the focal length itself. (The
 * group's conversion table divides those by its square, which its own equation does not bear out.) Offsets run right and
 * down from the middle of the picture.
 */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { colmapCamera } from './colmap-camera.ts'
import { eulerCurve } from './rotation-curves.ts'
import { onlyFinite } from './scene-text.ts'
import { focalMm, type Scene, type SceneExport, sensorHeightMm, zUp, zUpRotation } from './scene.ts'

export function openTrackIo(scene: Scene): SceneExport {
  const { lensOffPx } = colmapCamera(scene.intrinsics)
  const notes = [
    ...(scene.isMetric
      ? []
      : ['OpenTrackIO is in metres: a unit of the solve, whose scale is not known, counts as one']),
    ...(lensOffPx > 0.001
      ? [
          `OpenTrackIO has no such lens: the nearest Brown-Conrady one is written, about ${lensOffPx.toPrecision(2)} px off`,
        ]
      : []),
  ]
  return { files: [{ name: 'opentrackio.json', pieces: () => pieces(scene) }], notes }
}

function* pieces(scene: Scene): Iterable<string> {
  const { cameras, sensorWidthMm, intrinsics } = scene
  const { widthPx, heightPx, principalXPx, principalYPx } = intrinsics
  const heightMm = sensorHeightMm(scene)
  const rate = { num: scene.frameRate.numerator, denom: scene.frameRate.denominator }
  const turns = eulerCurve(
    cameras.map(({ worldFromCam }) => lookingAlongY(zUpRotation(worldFromCam))),
    [2, 0, 1],
  )
  const still = {
    static: {
      camera: {
        captureFrameRate: rate,
        activeSensorPhysicalDimensions: { width: sensorWidthMm, height: heightMm },
        activeSensorResolution: { width: widthPx, height: heightPx },
      },
    },
    protocol: { name: 'OpenTrackIO', version: [1, 0, 1] },
  }
  const offset = {
    x: (principalXPx / widthPx - 0.5) * sensorWidthMm,
    y: (principalYPx / heightPx - 0.5) * heightMm,
  }
  yield '[\n'
  for (const [i, { frame, number, position, focalPx }] of cameras.entries()) {
    const [x = 0, y = 0, z = 0] = zUp(position)
    const [tilt = 0, roll = 0, pan = 0] = turns[i]!
    const mm = focalMm(scene, focalPx)
    const sample = {
      ...still,
      timing: {
        mode: 'internal',
        sampleRate: rate,
        sequenceNumber: number,
        timecode: { ...timecode(frame, rate.num / rate.denom), frameRate: rate },
      },
      lens: { pinholeFocalLength: mm, projectionOffset: offset, ...distortion({ ...intrinsics, focalPx }, mm) },
      transforms: [{ id: 'Camera', translation: { x, y, z }, rotation: { pan, tilt, roll } }],
    }
    yield `${JSON.stringify(sample, onlyFinite)}${i < cameras.length - 1 ? ',' : ''}\n`
  }
  yield ']\n'
}

/** At rest the camera looks along y with z up, where OpenGL's looks along -z with y up: its axes are (right, -backwards, up). */
const lookingAlongY = (r: Float64Array) =>
  Float64Array.of(r[0]!, -r[2]!, r[1]!, r[3]!, -r[5]!, r[4]!, r[6]!, -r[8]!, r[7]!)

/** Of a frame of the clip, from 00:00:00:00, without dropped numbers. */
function timecode(frame: number, rate: number) {
  const perSecond = Math.max(1, Math.round(rate))
  const seconds = Math.floor(frame / perSecond)
  return {
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    frames: frame % perSecond,
  }
}

function distortion(intrinsics: Intrinsics, mm: number): object {
  const { model, params } = colmapCamera(intrinsics)
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0] = coefficientsOf[model](params)
  if ([k1, k2, p1, p2, k3, k4, k5, k6].every((value) => value === 0)) return {}
  const scaled = (value: number, power: number) => value / mm ** power
  const radial = [scaled(k1, 2), scaled(k4, 2), scaled(k2, 4), scaled(k5, 4), scaled(k3, 6), scaled(k6, 6)]
  const tangential = p1 === 0 && p2 === 0 ? {} : { tangential: [scaled(p1, 1), scaled(p2, 1)] }
  return { distortion: [{ model: 'Brown-Conrady U-D', radial, ...tangential }] }
}

type Model = ReturnType<typeof colmapCamera>['model']

/** OpenCV's coefficients among COLMAP's parameters. */
const coefficientsOf: Readonly<Record<Model, (params: readonly number[]) => readonly number[]>> = {
  SIMPLE_PINHOLE: () => [],
  PINHOLE: () => [],
  SIMPLE_RADIAL: (params) => params.slice(3),
  RADIAL: (params) => params.slice(3),
  OPENCV: (params) => params.slice(4),
  FULL_OPENCV: (params) => params.slice(4),
}
