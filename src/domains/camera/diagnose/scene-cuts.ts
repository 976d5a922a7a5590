/**
 * Cuts that the tracker did not see: frames over which hardly any track lives on, anywhere in the picture, though tracks of this
 * clip live on elsewhere, and over which the picture becomes another. A dissolve takes a few frames; the ends of the clip, and
 * the cuts that are known, are none.
 */
import { regionIndex, regions } from '#track/match/region.ts'
import { alignedCorrelation, histogramDistance, shortestShotFrames } from '#track/match/scene-cut.ts'
import type { SolverTrack } from '#track/solution.ts'
import { frameIndexOf, type FrameIndex, type PictureShape } from '../motion/frame-index.ts'
import type { PictureStatistics } from './picture-statistics.ts'

export interface CutCandidate {
  /** First frame of the new shot. */
  readonly frame: number
  /** Frames before and after which are compared. */
  readonly before: number
  readonly after: number
  /** Share of the tracks that live on, and the same elsewhere in the clip, median. */
  readonly livingOn: number
  readonly usual: number
}

/** From a frame to another so far on; the longest is a dissolve's. */
const reaches = [1, 4, 10]
const fewestTracks = 10
const fewestRegions = 4
/** At most this share lives on, and of any region with tracks no more than this. */
const mostLiving = 0.1
const mostOfRegion = 0.34
/** Elsewhere at least this share does: or the clip is lost everywhere, and it is no cut. */
const leastUsual = 0.5
/** Shots are this long at least on average: what comes more often is no cutting. */
const usualShotFrames = 2 * shortestShotFrames

/** @param known cuts that are known, and range ends: none is found near them */
export function cutCandidates(
  tracks: readonly SolverTrack[],
  shape: PictureShape,
  { from, to }: { readonly from: number; readonly to: number },
  known: readonly number[],
): readonly CutCandidate[] {
  const index = frameIndexOf(tracks, shape)
  const far = (frame: number) =>
    [from, to + 1, ...known].every((cut) => Math.abs(frame - cut) >= Math.min(shortestShotFrames, (to - from) / 4))
  const found: CutCandidate[] = []
  for (const reach of reaches) {
    const spans = Array.from({ length: Math.max(0, to - from + 1 - reach) }, (_, i) => livingOn(index, from + i, reach))
    const told = spans.flatMap((span) => span?.share ?? []).sort((a, b) => a - b)
    const usual = told[told.length >> 1] ?? 0
    const dead = told.filter((share) => share <= mostLiving).length
    if (usual < leastUsual || dead > (reach / usualShotFrames) * told.length) continue
    spans.forEach((span, i) => {
      const [before, after] = [from + i, from + i + reach]
      const frame = Math.ceil((before + after) / 2)
      if (span === null || span.share > mostLiving || !span.everywhere || !far(frame)) return
      if (found.some((cut) => Math.abs(cut.frame - frame) < reach + shortestShotFrames)) return
      found.push({ frame, before, after, livingOn: span.share, usual })
    })
  }
  return found
}

/** null: too few tracks to tell. */
function livingOn(index: FrameIndex, frame: number, reach: number): { share: number; everywhere: boolean } | null {
  const all = index.pairs(frame, frame)
  const n = all.tracks.length
  if (n < fewestTracks) return null
  const lives = new Set(index.pairs(frame, frame + reach).tracks)
  const [had, kept] = [new Int32Array(regions.length), new Int32Array(regions.length)]
  all.tracks.forEach((track, i) => {
    // Back to a picture of width 1 whose corner is the origin, as regions are counted.
    const region = regionIndex(all.a[2 * i]! + 0.5, all.a[2 * i + 1]! + index.height / 2, 1, index.height)
    had[region]! += 1
    if (lives.has(track)) kept[region]! += 1
  })
  const told = had.filter((count) => count >= 2).length
  const everywhere = told >= fewestRegions && had.every((count, r) => count < 2 || kept[r]! <= mostOfRegion * count)
  return { share: lives.size / n, everywhere }
}

/** How much another the picture is: 0 the same, 1 nothing in common. */
export function pictureChange(before: PictureStatistics, after: PictureStatistics): number {
  const fits = Math.max(0, alignedCorrelation(before.look, after.look, 0.4))
  return Math.max(1 - fits, Math.min(1, 2 * histogramDistance(before.look, after.look)))
}
