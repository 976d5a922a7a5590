/**
 * Tracks that came to follow one thing: apart at first, or at the end, and in one place in between. One of the two slid, and
 * both together would count one feature twice. (Those in one place as long as both live are averaged instead.)
 */
import type { Track } from '#track/tracks.ts'
import { findCompanions } from '../heal/companions.ts'
import { markerAt } from '../heal/markers.ts'
import { isBrought } from '../heal/overlaps.ts'

/** In pixels of a picture 960 wide, and in how many frames. */
const onePlace = 1
const fewestFrames = 5

export interface Double {
  /** Place of the track to be removed, and the first frame in which it is in another one's place. */
  readonly index: number
  readonly frame: number
}

/** The worse of each two, unless a person brought it: the shorter, then the one that agrees less with its pattern. */
export function findDoubles(tracks: readonly Track[], unit: number): readonly Double[] {
  const gone = new Map<number, Double>()
  for (const { one, other } of findCompanions(tracks, onePlace * unit, fewestFrames)) {
    if (gone.has(one) || gone.has(other) || !endTogether(tracks[one]!, tracks[other]!, onePlace * unit)) continue
    const [better, worse] = isWorse(tracks[one]!, tracks[other]!) ? [other, one] : [one, other]
    const index = isBrought(tracks[worse]!) ? better : worse
    if (isBrought(tracks[index]!)) continue
    const [a, b] = [tracks[one]!, tracks[other]!]
    const at = [...a.frames.keys()].find(isTogether(a, b, onePlace * unit))!
    gone.set(index, { index, frame: a.frames[at]! })
  }
  return [...gone.values()]
}

/** What slid onto another thing stays on it; what passes by it goes on. */
function endTogether(a: Track, b: Track, radiusPx: number): boolean {
  const together = isTogether(a, b, radiusPx)
  const common = [...a.frames.keys()].filter((i) => markerAt(b, a.frames[i]!) >= 0)
  return together(common[0]!) || together(common.at(-1)!)
}

/** Whether b is in the place of a's marker, in its frame. */
const isTogether = (a: Track, b: Track, radiusPx: number) => (at: number) => {
  const j = markerAt(b, a.frames[at]!)
  return j >= 0 && Math.hypot(a.xy[2 * at]! - b.xy[2 * j]!, a.xy[2 * at + 1]! - b.xy[2 * j + 1]!) <= radiusPx
}

function isWorse(a: Track, b: Track): boolean {
  if (a.frames.length !== b.frames.length) return a.frames.length < b.frames.length
  const [agreementA, agreementB] = [agreement(a), agreement(b)]
  return agreementA === agreementB ? a.id > b.id : agreementA < agreementB
}

function agreement({ correlation }: Track): number {
  const known = correlation.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length
}
