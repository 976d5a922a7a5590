/**
 * Tracks on things that move on their own: between frames some way apart everything that stands still obeys one epipolar
 * geometry, found in spite of what does not (MSAC on fundamental matrices). A track that breaks it again and again is not of
 * the scene. Of a camera that only turns, or a plane, many geometries are true and none is broken by what stands still, so
 * nothing is taken wrongly there, only less. The solver rejects too, with more knowledge: here only clear cases go.
 */
import { seededRng } from '#core/rng.ts'
import { robustFundamental } from '#track/estimate/eight-point.ts'
import { sampsonSquared } from '#track/estimate/epipolar.ts'
import type { Track } from '#track/tracks.ts'
import { markerAt, markersByFrame } from '../heal/markers.ts'

/** How a track stands to the rigid scene. */
export interface Rigidity {
  /** Pairs of frames in which it was asked, and those of them in which it broke the rule. */
  readonly asked: number
  readonly broken: number
  /** Middle error over the gate, and the first frame in which it broke the rule. */
  readonly excess: number
  readonly frame: number
}

/** Pairs of frames in a shot. */
const windows = 12
const [shortest, longest] = [3, 30]
/** So far apart that the picture has moved by this share of its diagonal. */
const movedShare = 0.04
/** Enough tracks to find the geometry, and enough that agree to believe it. */
const fewestTracks = 20
const leastAgreement = 0.5
/** In pixels of a picture 960 wide, and in standard deviations. */
const fitsPx = 1.5
const breaksPx = 2
const breaksSigmas = 6

/**
 * @param shots first and last frames between cuts
 * @param unit pixels that count as one in a picture 960 wide
 * @returns for each track that was asked at least once, by its place in the list
 */
export function rigidityOf(
  tracks: readonly Track[],
  shots: readonly { readonly from: number; readonly to: number }[],
  diagonalPx: number,
  unit: number,
  seed: number,
): ReadonlyMap<number, Rigidity> {
  const byFrame = markersByFrame(tracks)
  const errors = new Map<number, { excess: number[]; frame: number }>()
  for (const { from, to } of shots) {
    const stride = Math.max(1, Math.floor((to - from) / windows))
    for (let start = from; start + shortest <= to; start += stride) {
      const there = (byFrame.get(start) ?? []).map(({ index }) => index)
      const end = windowEnd(tracks, there, start, to, movedShare * diagonalPx)
      const pairs = pairsOf(tracks, there, start, end)
      for (const [index, excess] of excesses(pairs, unit, `${seed}/rigid/${start}`)) {
        const known = errors.get(index) ?? { excess: [], frame: start }
        if (excess > 1 && !known.excess.some((value) => value > 1)) known.frame = start
        known.excess.push(excess)
        errors.set(index, known)
      }
    }
  }
  return new Map(
    [...errors].map(([index, { excess, frame }]) => {
      const sorted = excess.toSorted((a, b) => a - b)
      const broken = excess.filter((value) => value > 1).length
      return [index, { asked: excess.length, broken, excess: sorted[sorted.length >> 1]!, frame }]
    }),
  )
}

/** The frame at which most tracks have gone far enough and enough of them are still there. */
function windowEnd(tracks: readonly Track[], there: readonly number[], start: number, last: number, farPx: number) {
  let end = Math.min(last, start + shortest)
  for (let next = end + 1; next <= Math.min(last, start + longest); next++) {
    const { a, b, indices } = pairsOf(tracks, there, start, next)
    if (indices.length < Math.max(fewestTracks, there.length / 2)) break
    end = next
    const moved = indices.map((_, i) => Math.hypot(b[2 * i]! - a[2 * i]!, b[2 * i + 1]! - a[2 * i + 1]!))
    if (moved.sort((p, q) => p - q)[moved.length >> 1]! > farPx) break
  }
  return end
}

interface Pairs {
  readonly indices: readonly number[]
  readonly a: Float64Array
  readonly b: Float64Array
}

function pairsOf(tracks: readonly Track[], there: readonly number[], start: number, end: number): Pairs {
  const [indices, a, b]: [number[], number[], number[]] = [[], [], []]
  for (const index of there) {
    const track = tracks[index]!
    const [i, j] = [markerAt(track, start), markerAt(track, end)]
    if (j < 0) continue
    indices.push(index)
    a.push(track.xy[2 * i]!, track.xy[2 * i + 1]!)
    b.push(track.xy[2 * j]!, track.xy[2 * j + 1]!)
  }
  return { indices, a: Float64Array.from(a), b: Float64Array.from(b) }
}

/** Errors over the gate, by track; none where no geometry can be believed. */
function excesses({ indices, a, b }: Pairs, unit: number, seed: string): readonly (readonly [number, number])[] {
  if (indices.length < fewestTracks) return []
  const fit = robustFundamental(a, b, { threshold: fitsPx * unit, rng: seededRng(seed), maxSamples: 500 })
  if (fit === null || fit.inlierShare < leastAgreement) return []
  const squared = new Float64Array(indices.length)
  sampsonSquared(fit.model, a, b, squared)
  const gate = Math.max(breaksPx * unit, breaksSigmas * fit.sigma)
  return indices.map((index, i) => [index, Math.sqrt(squared[i]!) / gate] as const)
}
