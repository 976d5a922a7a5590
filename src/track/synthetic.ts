/**
 * Synthetic shots with known answers: a camera moves through a scene of simple surfaces, points on them are followed as
 * a tracker would (new ones are picked where others left the picture, were hidden or lost), with as much noise, wrong
 * tracks, movers, zoom and lens distortion as asked. For tests and benches; the same options give the same shot to the
 * last bit.
 */
import { type Rng, seededRng } from '#core/rng.ts'
import type { Intrinsics, Lens } from './geometry/intrinsics.ts'
import { applyTransposed3 } from './geometry/linear.ts'
import { project } from './geometry/projection.ts'
import { centreOf, type Rigid3 } from './geometry/rigid3.ts'
import type { SolverTrack } from './solution.ts'
import { type CameraPath, walkPath, zoomCurve } from './synthetic-path.ts'
import { buildWorld, cast, intoMover, outOfMover, type SceneKind, type World } from './synthetic-world.ts'

export interface SyntheticOptions {
  readonly seed: number | string
  readonly path: CameraPath
  readonly scene: SceneKind
  readonly frames: number
  /** How many points are followed at any time. */
  readonly liveTracks: number
  /** Mean frames until a track is lost for no visible reason; null: followed as long as it can be seen. */
  readonly meanLength: number | null
  /** Share of a track's inner observations that are missing. */
  readonly gapShare: number
  readonly widthPx: number
  readonly heightPx: number
  readonly focalPx: number
  /** Focal length of the last frame; null: the lens does not zoom. */
  readonly zoomToFocalPx: number | null
  readonly pixelAspect: number
  readonly lens: Lens
  /** Principal point from the middle of the picture. */
  readonly principalOffsetPx: readonly [number, number]
  /** Amplitude of the camera's tremble. */
  readonly shakeDeg: number
  /** Standard deviation of each coordinate. */
  readonly noisePx: number
  /** Share of tracks that jump elsewhere at some frame and stay there, 10 to 60 px off. */
  readonly grossShare: number
  /** Share of tracks that slide off their point by 0.05 to 0.3 px a frame. */
  readonly slidingShare: number
  /** Boxes that move on their own, and the share of tracks that start on them while one is in view. */
  readonly movers: number
  readonly moverShare: number
}

const defaults: SyntheticOptions = {
  seed: 1,
  path: 'walk',
  scene: 'room',
  frames: 60,
  liveTracks: 120,
  meanLength: null,
  gapShare: 0,
  widthPx: 960,
  heightPx: 540,
  focalPx: 800,
  zoomToFocalPx: null,
  pixelAspect: 1,
  lens: { model: 'none' },
  principalOffsetPx: [0, 0],
  shakeDeg: 0.2,
  noisePx: 0,
  grossShare: 0,
  slidingShare: 0,
  movers: 0,
  moverShare: 0,
}

/** Whether a track follows its point (`true`), or in which way it misleads. */
export type TruthKind = 'true' | 'gross' | 'sliding' | 'mover'

export interface Truth {
  readonly intrinsics: Intrinsics
  /** One for each frame. */
  readonly camFromWorld: readonly Rigid3[]
  readonly focalsPx: Float64Array
  /** One for each track: where its point is; null of a mover. */
  readonly points: readonly (Float64Array | null)[]
  readonly kinds: readonly TruthKind[]
}

export interface SyntheticShot {
  readonly options: SyntheticOptions
  /** Track i has id i. */
  readonly tracks: readonly SolverTrack[]
  readonly truth: Truth
}

/** Makes a shot; what is not asked for is as in `walk`: 60 frames of 960 x 540 in a room, perfect tracks. */
export function syntheticShot(asked: Partial<SyntheticOptions> = {}): SyntheticShot {
  const options = { ...defaults, ...asked }
  const rng = seededRng(options.seed)
  const camFromWorld = walkPath(options.path, options.frames, options.shakeDeg, rng)
  const centres = camFromWorld.map(centreOf)
  const shoot: Shoot = {
    options,
    rng,
    camFromWorld,
    centres,
    focalsPx: zoomCurve(options.focalPx, options.zoomToFocalPx ?? options.focalPx, options.frames),
    intrinsics: intrinsicsOf(options),
    world: buildWorld(options.scene, centres, options.movers, rng),
  }
  const grown = follow(shoot)
  return {
    options,
    tracks: grown.map(({ frames, xy }, id) => ({ id, frames: Int32Array.from(frames), xy: Float64Array.from(xy) })),
    truth: {
      intrinsics: shoot.intrinsics,
      camFromWorld,
      focalsPx: shoot.focalsPx,
      points: grown.map(({ mover, place }) => (mover === null ? place : null)),
      kinds: grown.map(({ kind }) => kind),
    },
  }
}

/** What the tracks are made from. */
interface Shoot {
  readonly options: SyntheticOptions
  readonly rng: Rng
  readonly world: World
  readonly intrinsics: Intrinsics
  readonly camFromWorld: readonly Rigid3[]
  readonly centres: readonly Float64Array[]
  readonly focalsPx: Float64Array
}

interface Growing {
  readonly kind: TruthKind
  /** Of a mover's point in the mover's own coordinates. */
  readonly place: Float64Array
  readonly mover: number | null
  /** Not followed from this frame on. */
  readonly until: number
  /** The frame of the jump, or where sliding begins, and how far it goes: at once, or with each frame. */
  readonly wrongFrom: number
  readonly wrongBy: readonly [number, number]
  readonly frames: number[]
  readonly xy: number[]
}

/** Frame by frame: what can still be seen is measured, what cannot ends, and new points take its place. */
function follow(shoot: Shoot): Growing[] {
  const { options } = shoot
  const all: Growing[] = []
  let live: Growing[] = []
  for (let frame = 0; frame < options.frames; frame++) {
    live = live.filter((track) => track.until > frame && measure(shoot, track, frame))
    for (let tries = 0; live.length < options.liveTracks && tries < 4 * options.liveTracks; tries++) {
      const track = begin(shoot, frame)
      if (track === null || !measure(shoot, track, frame)) continue
      live.push(track)
      all.push(track)
    }
  }
  return all.filter(({ frames }) => frames.length > 1)
}

/** A point behind a random place in the picture. */
function begin({ options, rng, world, camFromWorld, centres, focalsPx }: Shoot, frame: number): Growing | null {
  const focal = focalsPx[frame]!
  const direction = applyTransposed3(
    camFromWorld[frame]!.rotation,
    Float64Array.of(
      ((rng.next() - 0.5) * options.widthPx) / focal,
      ((rng.next() - 0.5) * options.heightPx) / (focal * options.pixelAspect),
      1,
    ),
  )
  const wantMover = rng.next() < options.moverShare
  const hit = cast(world, frame, centres[frame]!, direction)
  // While no mover is in view, the few that are let through keep up the number of tracks.
  if (hit === null || (hit.mover === null ? wantMover && rng.next() < 0.9 : !wantMover)) return null
  const onSurface = centres[frame]!.map((value, axis) => value + hit.distance * direction[axis]!)
  const place = hit.mover === null ? onSurface : intoMover(world.movers[hit.mover]!, frame, onSurface, true)
  const drawn = rng.next()
  const wrong =
    drawn < options.grossShare ? 'gross' : drawn < options.grossShare + options.slidingShare ? 'sliding' : 'true'
  const length = options.meanLength === null ? Infinity : 2 - options.meanLength * Math.log(1 - rng.next())
  const expected = Math.min(length, options.frames - frame, 40)
  const angle = 2 * Math.PI * rng.next()
  const size = wrong === 'gross' ? 10 + 50 * rng.next() : 0.05 + 0.25 * rng.next()
  return {
    kind: hit.mover === null ? wrong : 'mover',
    place,
    mover: hit.mover,
    until: frame + length,
    wrongFrom: frame + (wrong === 'gross' ? Math.floor((0.2 + 0.6 * rng.next()) * expected) : 0),
    wrongBy: [size * Math.cos(angle), size * Math.sin(angle)],
    frames: [],
    xy: [],
  }
}

/** Adds the frame's observation; false when the point cannot be seen any more. */
function measure(shoot: Shoot, track: Growing, frame: number): boolean {
  const { options, rng, world, camFromWorld, centres, focalsPx } = shoot
  const place = track.mover === null ? track.place : outOfMover(world.movers[track.mover]!, frame, track.place)
  const pixel = project({ ...shoot.intrinsics, focalPx: focalsPx[frame]! }, camFromWorld[frame]!, place)
  if (pixel === null || !inPicture(options, pixel[0]!, pixel[1]!)) return false
  const centre = centres[frame]!
  const toPlace = place.map((value, axis) => value - centre[axis]!)
  if (cast(world, frame, centre, toPlace)!.distance < 1 - 1e-6) return false
  const first = track.frames[0] ?? frame
  // Drawn whether it is used or not, so that more noise leaves the rest of the shot as it was.
  const [noiseX, noiseY] = gaussianPair(rng)
  if (frame > first && rng.next() < options.gapShare) return true
  const steps = track.kind === 'gross' ? Number(frame >= track.wrongFrom) : track.kind === 'sliding' ? frame - first : 0
  track.frames.push(frame)
  track.xy.push(
    pixel[0]! + steps * track.wrongBy[0] + options.noisePx * noiseX,
    pixel[1]! + steps * track.wrongBy[1] + options.noisePx * noiseY,
  )
  return true
}

const inPicture = ({ widthPx, heightPx }: SyntheticOptions, x: number, y: number) =>
  x > 2 && y > 2 && x < widthPx - 2 && y < heightPx - 2

/** Two independent draws from the normal distribution (Box and Muller 1958). */
export function gaussianPair(rng: Rng): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.next()))
  const angle = 2 * Math.PI * rng.next()
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

function intrinsicsOf({
  widthPx,
  heightPx,
  focalPx,
  pixelAspect,
  lens,
  principalOffsetPx,
}: SyntheticOptions): Intrinsics {
  return {
    widthPx,
    heightPx,
    focalPx,
    pixelAspect,
    principalXPx: widthPx / 2 + principalOffsetPx[0],
    principalYPx: heightPx / 2 + principalOffsetPx[1],
    lens,
  }
}
