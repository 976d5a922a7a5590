/**
 * Burnt-in text, logos, dirt on the lens: tracks that stand still in the picture while the rest moves in a way that holds
 * nothing still. A far point under a camera that glides sideways stands still too, but fits the motion of the rest.
 */
import { type FrameIndex, frameIndexOf, type PictureShape } from '../motion/frame-index.ts'
import { lengths } from '../motion/parallax.ts'
import { quantile } from '../motion/planar-fit.ts'
import type { SolverTrack } from '#track/solution.ts'
import { type RigidFit, rigidFit } from './rigid-fit.ts'

/** Never farther from its mean place than this share of the width: half a pixel of 960. */
const stillWidths = 0.5 / 960
const fewestFrames = 8
/** The rest moved by so much, at the median, and what stands still is so far from fitting that motion: 10 and 3 pixels of 960. */
const restWidths = 10 / 960
const misfitWidths = 3 / 960
const fewestOthers = 16
const longestApart = 64

/** @returns ids of the tracks, ascending in the order of the list; none where nothing else moves */
export function staticOverlay(tracks: readonly SolverTrack[], shape: PictureShape): readonly number[] {
  const isStill = (track: SolverTrack) =>
    track.frames.length >= fewestFrames && extentOf(track) < stillWidths * shape.widthPx
  const still = tracks.filter(isStill)
  if (still.length === 0) return []
  const others = frameIndexOf(
    tracks.filter((track) => !still.includes(track)),
    shape,
  )
  const fits = new Map<string, RestFit>()
  const restFrom = (first: number, apart: number): RestFit => {
    const key = `${first} ${apart}`
    const known = fits.get(key) ?? restFit(others, first, first + apart)
    fits.set(key, known)
    return known
  }
  return still.filter((track) => contradicts(track, restFrom, shape)).map(({ id }) => id)
}

function extentOf({ xy }: SolverTrack): number {
  const n = xy.length / 2
  let [x, y] = [0, 0]
  for (let i = 0; i < n; i++) {
    x += xy[2 * i]! / n
    y += xy[2 * i + 1]! / n
  }
  let most = 0
  for (let i = 0; i < n; i++) most = Math.max(most, Math.hypot(xy[2 * i]! - x, xy[2 * i + 1]! - y))
  return most
}

/** `too-few`: others to tell. `rests`: they hardly moved. */
type RestFit = RigidFit | 'too-few' | 'rests'

function restFit(others: FrameIndex, first: number, last: number): RestFit {
  const pairs = others.pairs(first, last)
  if (pairs.tracks.length < fewestOthers) return 'too-few'
  if (quantile(lengths(pairs), 0.5) < restWidths) return 'rests'
  return rigidFit(pairs) ?? 'too-few'
}

/** Whether the others' motion, over frames of the track's life, would have carried it along. */
function contradicts(
  { frames, xy }: SolverTrack,
  restFrom: (first: number, apart: number) => RestFit,
  { widthPx, heightPx, pixelAspect = 1 }: PictureShape,
): boolean {
  const [first, last] = [frames[0]!, frames.at(-1)!]
  const at = Float64Array.of((xy[0]! - widthPx / 2) / widthPx, (xy[1]! - heightPx / 2) / (widthPx * pixelAspect))
  for (let apart = Math.min(longestApart, last - first); apart >= 4; apart = Math.floor(apart / 2)) {
    const fit = restFrom(first, apart)
    if (fit === 'rests') return false
    if (fit !== 'too-few') return fit.errors({ a: at, b: at })[0]! > misfitWidths
  }
  return false
}
