/** The focal length in pixels that a clip's own metadata means. */
import { fault } from '#core/faults.ts'
import { lensMetadata } from '#media/lens-metadata.ts'
import type { ClipInfo } from '#vision/frames.ts'

/** Of 36 x 24 mm, by whose diagonal equivalents are reckoned (CIPA DCG-001). */
const fullFrameDiagonalMm = Math.hypot(36, 24)

/**
 * @param sensorWidthMm null: not known, and then only a length "in 35 mm" can be used
 * @throws track.focal, media.*
 */
export async function focalFromClip(
  clip: string,
  { widthPx, heightPx }: Pick<ClipInfo, 'widthPx' | 'heightPx'>,
  sensorWidthMm: number | null,
  signal: AbortSignal,
): Promise<number> {
  const said = await lensMetadata(clip, { signal })
  if (said?.focalMm != null && sensorWidthMm !== null) return (said.focalMm * widthPx) / sensorWidthMm
  if (said?.focal35Mm != null) return (said.focal35Mm * Math.hypot(widthPx, heightPx)) / fullFrameDiagonalMm
  const found =
    said === null ? 'neither EXIF nor video tags with one' : `${said.focalMm} mm, but not the width of the sensor`
  const fix = said === null ? undefined : 'add --camera or --sensor-width'
  throw fault('track.focal', {
    expected: 'a focal length in the metadata of the clip',
    found,
    where: '--focal metadata',
    ...(fix === undefined ? {} : { fix }),
  })
}
