/**
 * Tracks that may be asked first. Blender's adjustment takes each track at its word, so a few things that move on their own
 * bend its first answer beyond what cleaning can mend. Where most pairs of frames say that a track does not move with the
 * rest, by the epipolar geometry that most tracks agree on, it is left out at first; it comes back when it proves to fit.
 */
import { seededRng } from '#core/rng.ts'
import { robustFundamental } from '#track/estimate/eight-point.ts'
import { positionsOf, sharedTracks, type Shot } from '#track/solve/shot.ts'

/** Fewer shared tracks say nothing of each other. */
const fewestShared = 24
/** Between the two frames of a pair lie so many keyframes: enough for what moves to get off its epipolar line. */
const reach = 3
/** Distance from the epipolar line, in pixels of a picture 960 wide, that is still noise. */
const noisePx = 1
/** So large a share of the pairs speaks against a track that is left out. */
const against = 0.5
/** Never more than this share of the tracks: then it is the geometry that is wrong. */
const mostLeftOut = 0.45

/** Per track of the shot, whether it moves with the rest as far as can be seen. */
export function rigidTracks(shot: Shot, keyframes: readonly number[], pxUnit: number): readonly boolean[] {
  const asked = new Int32Array(shot.trackIds.length)
  const refused = new Int32Array(shot.trackIds.length)
  keyframes.slice(reach).forEach((to, k) => {
    const from = keyframes[k]!
    const { count, track, inA, inB } = sharedTracks(shot, from, to)
    if (count < fewestShared) return
    const options = { threshold: 2 * noisePx * pxUnit, rng: seededRng(`rigid ${from} ${to}`), maxSamples: 300 }
    const fit = robustFundamental(positionsOf(shot, inA), positionsOf(shot, inB), options)
    if (fit === null) return
    for (const t of track) {
      asked[t]!++
      refused[t]!++
    }
    for (const i of fit.inliers) refused[track[i]!]!--
  })
  const rigid = shot.trackIds.map((_, t) => asked[t] === 0 || refused[t]! < against * asked[t]!)
  const leftOut = rigid.filter((isRigid) => !isRigid).length
  return leftOut > mostLeftOut * rigid.length ? rigid.map(() => true) : rigid
}
