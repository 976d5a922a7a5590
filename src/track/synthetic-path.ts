/**
 * How the camera of a synthetic scene moves. World axes: x to the right, y down, z away from the first camera; metres.
 * The ground is at y = 1.6, so that the origin is at the height of an eye.
 */
import type { Rng } from '#core/rng.ts'
import { multiply3, transpose3 } from './geometry/linear.ts'
import { type Rigid3, rigidFromCentre } from './geometry/rigid3.ts'
import { expSo3 } from './geometry/so3.ts'

/**
 * `walk`: sideways, swaying. `dolly`: sideways on rails. `orbit`: to and fro around a point 5 m away. `forward`: into
 * the picture. `tripod`: turning about the lens only. `handheld`: standing, with unsteady hands.
 */
export type CameraPath = 'walk' | 'dolly' | 'orbit' | 'forward' | 'tripod' | 'handheld'

interface Stance {
  /** Where the lens is, in world coordinates. */
  readonly centre: readonly [number, number, number]
  /** To the right, up and clockwise, radians. */
  readonly yaw: number
  readonly pitch: number
}

const radians = Math.PI / 180
const wave = (frame: number, period: number, phase = 0) => Math.sin((2 * Math.PI * frame) / period + phase)

const stances: Record<CameraPath, (frame: number) => Stance> = {
  walk: (frame) => ({
    centre: [0.075 * frame, 0.03 * wave(frame, 13), 0.15 * wave(frame, 90)],
    yaw: 0.12 * wave(frame, 75, 0.5),
    pitch: 0.03 * wave(frame, 50),
  }),
  dolly: (frame) => ({ centre: [0.06 * frame, 0, 0], yaw: 0, pitch: 0 }),
  orbit: (frame) => {
    const angle = 60 * radians * wave(frame, 400)
    return { centre: [5 * Math.sin(angle), -0.2 * wave(frame, 110), 5 - 5 * Math.cos(angle)], yaw: -angle, pitch: 0 }
  },
  forward: (frame) => ({
    centre: [0.2 * wave(frame, 120), 0.05 * wave(frame, 17), 0.12 * frame],
    yaw: 0.1 * wave(frame, 140),
    pitch: 0.02 * wave(frame, 40),
  }),
  tripod: (frame) => ({
    centre: [0, 0, 0],
    yaw: 25 * radians * wave(frame, 220),
    pitch: 5 * radians * wave(frame, 90),
  }),
  handheld: (frame) => ({
    centre: [0.3 * wave(frame, 83), 0.12 * wave(frame, 61, 1), 0.2 * wave(frame, 107, 2)],
    yaw: 0.07 * wave(frame, 97),
    pitch: 0.05 * wave(frame, 71, 1),
  }),
}

/** The camera in each frame. `shakeDeg`: amplitude of a tremble of all three angles, with periods of 5 to 25 frames. */
export function walkPath(path: CameraPath, frames: number, shakeDeg: number, rng: Rng): Rigid3[] {
  const trembles = [0, 1, 2].map(() =>
    [5, 9, 25].map((period) => ({ period: period * (0.8 + 0.4 * rng.next()), phase: 2 * Math.PI * rng.next() })),
  )
  return Array.from({ length: frames }, (_, frame) => {
    const { centre, yaw, pitch } = stances[path](frame)
    const [dx, dy, dz] = trembles.map((waves) =>
      waves.reduce((sum, { period, phase }) => sum + (wave(frame, period, phase) * shakeDeg * radians) / 3, 0),
    )
    const worldFromCam = multiply3(multiply3(expSo3(0, yaw, 0), expSo3(pitch, 0, 0)), expSo3(dx!, dy!, dz!))
    return rigidFromCentre(transpose3(worldFromCam), Float64Array.from(centre))
  })
}

/** The focal length in each frame: from one to the other, slow at both ends, even in its logarithm. */
export function zoomCurve(fromPx: number, toPx: number, frames: number): Float64Array {
  return Float64Array.from({ length: frames }, (_, frame) => {
    const share = frames < 2 ? 0 : frame / (frames - 1)
    return fromPx * (toPx / fromPx) ** (share * share * (3 - 2 * share))
  })
}
