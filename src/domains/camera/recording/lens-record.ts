/** Lens and focal length as sessions hold them: offsets from the centre with y up, coefficients by model. */
import type { Intrinsics, Lens } from '#track/geometry/intrinsics.ts'
import type { CameraIntrinsics } from '../session.ts'
import { rounded } from './rounded.ts'

/**
 * @param sensorWidthMm null: nobody said how wide the film back is, so millimetres mean nothing
 */
export function solvedCamera(intrinsics: Intrinsics, sensorWidthMm: number | null): CameraIntrinsics {
  const { widthPx, heightPx, focalPx, pixelAspect, principalXPx, principalYPx, lens } = intrinsics
  return {
    focalPx: rounded(focalPx),
    ...inMillimetres(focalPx, widthPx, sensorWidthMm),
    pixelAspect,
    principalOffset: [rounded((2 * principalXPx) / widthPx - 1) ?? 0, rounded(1 - (2 * principalYPx) / heightPx) ?? 0],
    ...lensFields(lens),
  }
}

export function inMillimetres(
  focalPx: number,
  widthPx: number,
  sensorWidthMm: number | null,
): Pick<CameraIntrinsics, 'focalMm' | 'sensorWidthMm'> {
  if (sensorWidthMm === null) return {}
  return { focalMm: rounded((focalPx * sensorWidthMm) / widthPx), sensorWidthMm }
}

/** A lens without distortion is a polynomial of zeros, as in Blender. */
export function lensFields(lens: Lens): CameraIntrinsics {
  switch (lens.model) {
    case 'none':
      return { distortionModel: 'polynomial', polynomial: [0, 0, 0] }
    case 'polynomial':
      return { distortionModel: lens.model, polynomial: [lens.k1, lens.k2, lens.k3] }
    case 'division':
      return { distortionModel: lens.model, division: [lens.k1, lens.k2] }
    case 'nuke':
      return { distortionModel: lens.model, nuke: [lens.k1, lens.k2] }
    case 'brown': {
      // p2 belongs to y, which runs up here.
      const { k1, k2, k3, k4, p1, p2 } = lens
      return { distortionModel: lens.model, brownRadial: [k1, k2, k3, k4], brownTangential: [p1, 0 - p2] }
    }
  }
}
