import { type PerspectiveCamera, Vector3 } from 'three'
import type { SolvedCamera, SolvedShot } from '../track-data.ts'
import { cameraInScene, type Orientation } from './orientation.ts'

/**
 * The viewer's camera becomes the solved one: its place, its heading, and all that its picture shows, with room around it where
 * the view has another shape.
 *
 * @returns where it looks, as far away as the scene is large
 */
export function lookThrough(
  view: PerspectiveCamera,
  { shot, orientation }: { readonly shot: SolvedShot; readonly orientation: Orientation },
  camera: SolvedCamera,
  radius: number,
): Vector3 {
  const { position, axes } = cameraInScene(orientation, camera.camFromWorld)
  const axis = (j: number) => new Vector3(axes[j], axes[3 + j], axes[6 + j])
  view.position.set(position[0] as number, position[1] as number, position[2] as number)
  view.up.copy(axis(1))
  const target = view.position.clone().addScaledVector(axis(2), -radius)
  view.lookAt(target)
  view.near = radius / 2000
  view.far = radius * 500
  const { widthPx, heightPx, pixelAspect, principalXPx, principalYPx } = shot.intrinsics
  const [across, down] = [1 / camera.focalPx, 1 / (camera.focalPx * pixelAspect)]
  // The middle of the picture and half of what is seen, at depth 1.
  const x = (widthPx / 2 - principalXPx) * across
  const y = (principalYPx - heightPx / 2) * down
  const halfY = Math.max(heightPx * down, (widthPx * across) / view.aspect) / 2
  const halfX = halfY * view.aspect
  const { near, far } = view
  const edges = [x - halfX, x + halfX, y + halfY, y - halfY].map((edge) => edge * near) as [
    number,
    number,
    number,
    number,
  ]
  view.projectionMatrix.makePerspective(...edges, near, far)
  view.projectionMatrixInverse.copy(view.projectionMatrix).invert()
  view.updateMatrixWorld()
  return target
}
