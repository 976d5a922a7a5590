/**
 * Shots to judge the solver's own verdict by, from easy to hopeless: tracks of synthetic scenes with every trouble that tracks
 * have, some of two scenes taken for one, and what is asked of the solver, right or wrong. A seed gives one problem.
 */
import { type Rng, seededRng } from '#core/rng.ts'
import type { TruePath } from '#track/judge.ts'
import type { SolveOptions, SolverTrack } from '#track/solution.ts'
import { gaussianPair, syntheticShot, type SyntheticOptions, type SyntheticShot } from '#track/synthetic.ts'

export interface Problem {
  readonly kind: string
  readonly tracks: readonly SolverTrack[]
  readonly options: SolveOptions
  readonly truth: TruePath
  /** No solution of it is right, whatever its cameras are. */
  readonly isHopeless: boolean
  /** The camera moves past what is too far away to show it: its turns and its lens can be right, its path is not asked. */
  readonly isFar: boolean
}

type Ask = Pick<SolveOptions, 'focal' | 'focalPx' | 'lens'>

export function problemOf(seed: number): Problem {
  const rng = seededRng(`confidence ${seed}`)
  const shot = shotOf(rng, seed)
  const made = syntheticShot(shot)
  const asked = askOf(rng, made)
  const { widthPx, heightPx } = made.options
  const drawn = rng.next()
  const [kind, tracks] =
    drawn < 0.06
      ? (['cut', together(rng, made, 0)] as const)
      : drawn < 0.14
        ? (['dissolve', together(rng, made, 4 + rng.int(9))] as const)
        : drawn < 0.17
          ? (['nothing rigid', wandering(rng, made)] as const)
          : ([nameOf(shot, asked), made.tracks] as const)
  const drifting = rng.next() < 0.4 ? drifted(rng, tracks, shot.noisePx ?? 0) : tracks
  return {
    kind,
    tracks: drifting,
    options: {
      widthPx,
      heightPx,
      pixelAspect: 1,
      motion: 'auto',
      zoom: 'auto',
      principal: 'centre',
      heldOutShare: 0.05,
      seed,
      ...asked,
    },
    truth: made.truth,
    isHopeless: kind === 'cut' || kind === 'dissolve' || kind === 'nothing rigid',
    isFar: shot.scene === 'far',
  }
}

function shotOf(rng: Rng, seed: number): Partial<SyntheticOptions> {
  const pick = <T>(...from: readonly T[]): T => from[rng.int(from.length)]!
  const between = (low: number, high: number) => low + (high - low) * rng.next()
  // Drawn whether it is used or not, so that a change of one trouble leaves the others.
  const maybe = (chance: number, low: number, high: number) => {
    const [drawn, value] = [rng.next(), between(low, high)]
    return drawn < chance ? value : 0
  }
  const widthPx = pick(320, 640, 960, 960, 1920)
  const focalPx = widthPx * between(0.6, 2)
  const length = maybe(0.6, 5, 30)
  const zoom = maybe(0.1, 1.2, 1.8)
  const k1 = maybe(0.15, -0.18, -0.06)
  return {
    seed: `confidence ${seed}`,
    path: pick('walk', 'walk', 'orbit', 'forward', 'dolly', 'handheld', 'tripod', 'tripod'),
    scene: pick('room', 'room', 'street', 'street', 'facade', 'plane', 'far'),
    frames: 10 + rng.int(32),
    liveTracks: Math.round(12 * 9 ** rng.next()),
    meanLength: length === 0 ? null : length,
    widthPx,
    heightPx: Math.round((9 / 16) * widthPx),
    focalPx,
    zoomToFocalPx: zoom === 0 ? null : zoom * focalPx,
    lens: k1 === 0 ? { model: 'none' } : { model: 'polynomial', k1, k2: 0, k3: 0 },
    shakeDeg: between(0, 0.5),
    noisePx: (widthPx / 960) * 0.05 * 20 ** rng.next(),
    grossShare: maybe(0.3, 0.05, 0.35),
    slidingShare: maybe(0.3, 0.05, 0.3),
    movers: Math.floor(maybe(0.25, 1, 5)),
    moverShare: between(0.1, 0.6),
  }
}

/** A focal length that is known, or near, or wrongly held; a lens that is asked for, or held straight. */
function askOf(rng: Rng, { options: { focalPx, lens } }: SyntheticShot): Ask {
  const [drawn, off, straight] = [rng.next(), Math.exp(0.35 * (2 * rng.next() - 1)), rng.next()]
  const held: SolveOptions['lens'] = lens.model !== 'none' && straight < 0.4 ? { model: 'none' } : 'auto'
  if (drawn < 0.4) return { focal: 'unknown', focalPx: null, lens: held }
  if (drawn < 0.75) return { focal: 'refine', focalPx: off * focalPx, lens: held }
  if (drawn < 0.95) return { focal: 'fixed', focalPx, lens: held }
  return { focal: 'fixed', focalPx: off * focalPx, lens: held }
}

const nameOf = ({ path, scene, zoomToFocalPx, movers, lens }: Partial<SyntheticOptions>, asked: Ask) =>
  [
    path,
    scene,
    ...(zoomToFocalPx === null ? [] : ['zoom']),
    ...(movers === 0 ? [] : ['movers']),
    ...(lens?.model === 'none' ? [] : [asked.lens === 'auto' ? 'bent' : 'bent, held straight']),
  ].join(' ')

/** The first part of one shot, then another; with an overlap a dissolve, in which both are followed. A few tracks run on. */
function together(rng: Rng, first: SyntheticShot, overlap: number): readonly SolverTrack[] {
  const { frames } = first.options
  const second = syntheticShot({ ...first.options, seed: `${first.options.seed} then`, path: 'walk', scene: 'room' })
  const at = Math.round((0.35 + 0.3 * rng.next()) * frames)
  // A dissolving feature is lost somewhere on the way, and found there.
  const until = () => at + Math.floor(overlap * rng.next())
  const before = first.tracks.map((track) => within(track, 0, until() - 1))
  const after = second.tracks.map((track) => within(track, until(), frames - 1))
  const runOn = Math.min(rng.int(8), after.length)
  const joined = before.map((track, i) => (i < runOn ? concatenated(track, after[i]!) : track))
  return [...joined, ...after.slice(runOn)]
    .filter((track) => track.frames.length > 1)
    .map((track, id) => ({ ...track, id }))
}

function within({ id, frames, xy }: SolverTrack, from: number, to: number): SolverTrack {
  const kept = [...frames.keys()].filter((i) => frames[i]! >= from && frames[i]! <= to)
  return {
    id,
    frames: Int32Array.from(kept, (i) => frames[i]!),
    xy: Float64Array.from(kept.flatMap((i) => [xy[2 * i]!, xy[2 * i + 1]!])),
  }
}

function concatenated(a: SolverTrack, b: SolverTrack): SolverTrack {
  const later = within(b, (a.frames.at(-1) ?? -1) + 1, Infinity)
  return {
    id: a.id,
    frames: Int32Array.from([...a.frames, ...later.frames]),
    xy: Float64Array.from([...a.xy, ...later.xy]),
  }
}

/** Every track goes its own way, smoothly: leaves, water, a crowd. */
function wandering(rng: Rng, { tracks, options: { widthPx } }: SyntheticShot): readonly SolverTrack[] {
  return tracks.map((track) => {
    const angle = 2 * Math.PI * rng.next()
    const step = (0.002 + 0.006 * rng.next()) * widthPx
    const by = [step * Math.cos(angle), step * Math.sin(angle)]
    return { ...track, xy: track.xy.map((value, i) => value + by[i % 2]! * Math.floor(i / 2)) }
  })
}

/** Patterns slide: errors that lean the same way for some ten frames, as large as the noise. */
function drifted(rng: Rng, tracks: readonly SolverTrack[], noisePx: number): readonly SolverTrack[] {
  return tracks.map((track) => {
    const off = [0, 0]
    return {
      ...track,
      xy: track.xy.map((value, i) => {
        off[i % 2] = 0.9 * off[i % 2]! + 0.436 * noisePx * gaussianPair(rng)[0]
        return value + off[i % 2]!
      }),
    }
  })
}
