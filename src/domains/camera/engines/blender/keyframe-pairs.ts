/**
 * The two frames that Blender's solver begins with. Its own search for them takes ten times as long as the solve, and a bad
 * pair spoils it. Good are frames that share many tracks and in which no plane explains them: the tracks' middle distance
 * from the best homography is the parallax that tells depth, and turning or looking at a wall leaves none (as in Pollefeys
 * et al., Visual modeling with a hand-held camera, IJCV 2004).
 */
import { seededRng } from '#core/rng.ts'
import { homographySquared, robustHomography } from '#track/estimate/homography.ts'
import { median, sharedTracks, type Shot } from '#track/solve/shot.ts'

export interface KeyframePair {
  /** Frames of the shot, counted from its first one. */
  readonly frames: readonly [number, number]
  /** Pixels. */
  readonly parallaxPx: number
  readonly shared: number
}

/** Blender refuses fewer. */
const fewestShared = 8
/** So many frames of a shot are looked at, evenly. */
const lookedAt = 14
/** More parallax than this, in pixels of a picture 960 wide, does not make a pair better. */
const enoughParallaxPx = 12
/** Two pairs are different answers when an end of them lies so many looks apart. */
const apart = 2

/** The most promising pairs, best first, unlike each other; none where no two frames share enough tracks. */
export function keyframePairs(shot: Shot, pxUnit: number, most: number): readonly KeyframePair[] {
  const usable: number[] = []
  for (let f = 0; f < shot.frameCount; f++) {
    if (shot.frameStart[f + 1]! - shot.frameStart[f]! >= fewestShared) usable.push(f)
  }
  const looks = Math.min(lookedAt, usable.length)
  const frames = Array.from({ length: looks }, (_, i) => usable[Math.round((i * (usable.length - 1)) / (looks - 1))]!)
  const pairs = frames
    .flatMap((a, i) => frames.slice(i + 1).map((b) => pairOf(shot, a, b, pxUnit)))
    .filter((pair) => pair !== null)
    .sort((one, other) => worth(other, pxUnit) - worth(one, pxUnit))
  const step = (usable.length - 1) / Math.max(1, looks - 1)
  const chosen: KeyframePair[] = []
  for (const pair of pairs) {
    if (chosen.length < most && chosen.every((other) => differs(pair, other, apart * step))) chosen.push(pair)
  }
  return chosen
}

function pairOf(shot: Shot, a: number, b: number, pxUnit: number): KeyframePair | null {
  const { count, inA, inB } = sharedTracks(shot, a, b)
  if (count < fewestShared) return null
  const [from, to] = [at(shot, inA), at(shot, inB)]
  const rng = seededRng(`keyframes ${a} ${b}`)
  const plane = robustHomography(from, to, { threshold: 3 * pxUnit, rng, maxSamples: 200 })
  if (plane === null) return { frames: [a, b], parallaxPx: 0, shared: count }
  const squared = new Float64Array(count)
  homographySquared(plane.model, from, to, squared)
  return { frames: [a, b], parallaxPx: Math.sqrt(median(squared)), shared: count }
}

function at(shot: Shot, observations: Int32Array): Float64Array {
  const xy = new Float64Array(2 * observations.length)
  observations.forEach((i, k) => xy.set(shot.xy.subarray(2 * i, 2 * i + 2), 2 * k))
  return xy
}

/** Tracks count by their root, since the pair's error falls with it; parallax until there is enough. */
const worth = ({ parallaxPx, shared }: KeyframePair, pxUnit: number) =>
  Math.min(1, parallaxPx / (enoughParallaxPx * pxUnit)) * Math.sqrt(shared)

const differs = (a: KeyframePair, b: KeyframePair, frames: number) =>
  Math.max(Math.abs(a.frames[0] - b.frames[0]), Math.abs(a.frames[1] - b.frames[1])) >= frames
