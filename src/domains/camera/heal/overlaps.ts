/**
 * Tracks that followed one feature at the same time become one: averaged over the frames that both have, and going on with
 * whichever is there. Two such tracks are of two points up to a pixel apart, so each is moved onto the longest one's point
 * first; else the average would jump where one of them ends.
 */
import type { Track } from '#track/tracks.ts'
import { type Companions, findCompanions } from './companions.ts'
import type { MergedTracks } from './heal.ts'
import { markerAt } from './markers.ts'

/** In pixels of a picture 960 wide. */
const onePlace = 1
const fewestCommon = 5

interface Member {
  readonly index: number
  /** 2: the longest track's point less this one's. */
  readonly offset: readonly [number, number]
}

export interface Overlaps {
  readonly tracks: readonly Track[]
  readonly merged: readonly MergedTracks[]
}

/** Tracks that a person brought are left as they are. */
export function mergeOverlaps(tracks: readonly Track[], unit: number): Overlaps {
  const groups = groupsOf(tracks, unit)
  if (groups.length === 0) return { tracks, merged: [] }
  const whole = new Map(groups.map((group) => [group[0]!.index, averaged(tracks, group)]))
  const swallowed = new Set(groups.flatMap(([, ...others]) => others.map(({ index }) => index)))
  return {
    tracks: tracks.flatMap((track, index) => (swallowed.has(index) ? [] : [whole.get(index) ?? track])),
    merged: groups.map(([first, ...others]) => ({
      kept: tracks[first!.index]!.id,
      joined: others.map(({ index }) => tracks[index]!.id),
    })),
  }
}

export const isBrought = ({ origin }: Track) => origin === 'user' || origin === 'imported'

/** Round the longest tracks, each with those that are its own companions: no chains of neighbours' neighbours. */
function groupsOf(tracks: readonly Track[], unit: number): Member[][] {
  const pairs = findCompanions(tracks, onePlace * unit, fewestCommon).filter(
    ({ one, other, near, common }) => near === common && !isBrought(tracks[one]!) && !isBrought(tracks[other]!),
  )
  const involved = [...new Set(pairs.flatMap(({ one, other }) => [one, other]))]
  const longestFirst = involved.sort(
    (a, b) => tracks[b]!.frames.length - tracks[a]!.frames.length || tracks[a]!.id - tracks[b]!.id,
  )
  const taken = new Set<number>()
  return longestFirst.flatMap((index): Member[][] => {
    if (taken.has(index)) return []
    const others = pairs
      .flatMap((pair) => memberOf(pair, index))
      .filter((member) => !taken.has(member.index))
      .sort((a, b) => tracks[a.index]!.id - tracks[b.index]!.id)
    if (others.length === 0) return []
    const group = [{ index, offset: [0, 0] as const }, ...others]
    for (const member of group) taken.add(member.index)
    return [group]
  })
}

function memberOf({ one, other, offset: [x, y] }: Companions, of: number): Member[] {
  if (one === of) return [{ index: other, offset: [x, y] }]
  return other === of ? [{ index: one, offset: [-x, -y] }] : []
}

function averaged(tracks: readonly Track[], group: readonly Member[]): Track {
  const members = group.map(({ index, offset }) => ({ track: tracks[index]!, offset }))
  const frames = [...new Set(members.flatMap(({ track }) => [...track.frames]))].sort((a, b) => a - b)
  const xy = new Float64Array(2 * frames.length)
  const correlation = new Float32Array(frames.length)
  frames.forEach((frame, i) => {
    const there = members.flatMap(({ track, offset }) => {
      const at = markerAt(track, frame)
      return at < 0 ? [] : [{ track, offset, at }]
    })
    for (const { track, offset, at } of there) {
      xy[2 * i]! += (track.xy[2 * at]! + offset[0]) / there.length
      xy[2 * i + 1]! += (track.xy[2 * at + 1]! + offset[1]) / there.length
    }
    correlation[i] = Math.max(...there.map(({ track, at }) => track.correlation[at]!))
  })
  const byStart = members.map(({ track }) => track).sort((a, b) => a.frames[0]! - b.frames[0]! || a.id - b.id)
  const byEnd = members.map(({ track }) => track).sort((a, b) => b.frames.at(-1)! - a.frames.at(-1)! || a.id - b.id)
  return {
    ...members[0]!.track,
    frames: Int32Array.from(frames),
    xy,
    correlation,
    begin: byStart[0]!.begin,
    end: byEnd[0]!.end,
  }
}
