/**
 * A moving camera: seeds from several stretches of the shot under several hypotheses of the focal length, the best of them
 * grown to all keyframes, the one that explains most observations kept.
 */
import type { FirstLook } from './first-look.ts'
import { decideLens } from './lens-evidence.ts'
import { grow } from './grow.ts'
import { emptyReconstruction, solvedFrames, type Reconstruction, type SolveContext } from './reconstruction.ts'
import type { Plan } from './plan.ts'
import { misfit } from './score.ts'
import { findStretches, framesOf, solveStretch, type Stretch } from './seed.ts'
import { sharedTracks, type Shot } from './shot.ts'

export interface Setting extends Plan {
  /** What the pictures show at first sight. */
  readonly look: FirstLook
  readonly keyframes: readonly number[]
  /** Course of the focal length over the frames, relative, as a start for a zoom; null without zoom. */
  readonly zoomShape: Float64Array | null
}

/** A misfit below which nothing else is tried. */
const GOOD = 0.2
/** Beyond it too much does not fit to trust a few tries. */
const BAD = 0.6
/** Beyond it hardly anything fits, and more tries would not help. */
const HOPELESS = 0.9
/** Stretches tried, and seeds grown to the end: usually, and when the going is bad. */
const USUAL_TRIES = 3
const MOST_TRIES = 8
/**
 * Misfits are taken at a scale of this many pixels: a solution that bends to please what moves on its own fits more tracks
 * loosely, the right one fits fewer tightly.
 */
const SCALE = 0.25
/** Seeds of one stretch are the same when their focal lengths and misfits are this near. */
const SAME_FOCAL = 0.03
const SAME_MISFIT = 0.05

const triesFor = (bestMisfit: number) => (bestMisfit > BAD && bestMisfit < HOPELESS ? MOST_TRIES : USUAL_TRIES)

interface Seed {
  readonly stretch: Stretch
  readonly reconstruction: Reconstruction
  readonly misfit: number
}

/** The best reconstruction of the keyframes; null when no stretch holds a rigid scene with parallax. */
export async function solveGeneralKeyframes(
  shot: Shot,
  setting: Setting,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  const { keyframes, pxUnit, freedom } = setting
  const seeds = await plantSeeds(shot, setting, ctx)
  let best: { reconstruction: Reconstruction; misfit: number } | null = null
  const candidates = oneOfEachStretchFirst(differing(seeds))
  for (const [tries, seed] of candidates.entries()) {
    if (ctx.signal.aborted || tries >= triesFor(best?.misfit ?? 1)) break
    const seedFrames = framesOf(seed.stretch)
    const start = setting.lensFree
      ? await decideLens(shot, seed.reconstruction, seedFrames, freedom, 1, ctx)
      : { reconstruction: seed.reconstruction, radial: freedom.radial }
    const options = { frames: keyframes, freedom: { ...freedom, radial: start.radial }, pxUnit }
    const reconstruction = await grow(shot, start.reconstruction, options, ctx)
    const grown = { reconstruction, misfit: misfit(shot, reconstruction, SCALE * pxUnit, keyframes) }
    if (best === null || grown.misfit < best.misfit) best = grown
    // A second seed is for when the first leaves something to be desired.
    if (best.misfit < GOOD && solvedFrames(reconstruction).length >= keyframes.length) break
  }
  return best?.reconstruction ?? null
}

async function plantSeeds(shot: Shot, setting: Setting, ctx: SolveContext): Promise<Seed[]> {
  const { base, focalStartsPx, freedom, keyframes, pxUnit, zoomShape } = setting
  const stretches = await findStretches(shot, base, keyframes, ctx)
  const seeds: Seed[] = []
  for (const [tries, stretch] of stretches.entries()) {
    if (tries >= triesFor(Math.min(1, ...seeds.map((seed) => seed.misfit)))) break
    for (const focalPx of focalStartsPx) {
      if (ctx.signal.aborted) return seeds
      const focalsPx = zoomShape === null ? null : zoomShape.map((share) => share * focalPx)
      const empty = { ...emptyReconstruction(shot, { ...base, focalPx }, false), focalsPx }
      for (let start: Reconstruction | null = empty, bodies = 0; start !== null && bodies < MOST_BODIES; bodies++) {
        const reconstruction = await solveStretch(shot, start, stretch, freedom, pxUnit, ctx)
        if (reconstruction === null) break
        seeds.push({ stretch, reconstruction, misfit: misfit(shot, reconstruction, SCALE * pxUnit, framesOf(stretch)) })
        start = withoutSolved(shot, start, reconstruction, stretch)
      }
      if (seeds.some((seed) => seed.stretch === stretch && isConfirmed(seed, setting))) break
    }
    if (seeds.some((seed) => seed.misfit < GOOD)) break
  }
  return seeds.sort((a, b) => a.misfit - b.misfit)
}

/**
 * A seed that fits and has come to the focal length that the pictures ask for leaves nothing to the other starts. Nor does a
 * zoom that fits: with a focal length of its own each frame forgets where it started.
 */
function isConfirmed({ misfit: left, reconstruction }: Seed, { look, zoomShape }: Setting): boolean {
  if (zoomShape !== null) return left < GOOD
  if (left >= BAD || look.focalPx === null) return false
  return Math.abs(Math.log(reconstruction.intrinsics.focalPx / look.focalPx)) < CONFIRMED
}

/** Of the focal length, about. */
const CONFIRMED = 0.15

/** Where less than this share of the shared tracks is explained, another body may be the scene. */
const MOST_OF_THEM = 0.6
const MOST_BODIES = 2

/** The same hypothesis for the tracks that a seed does not explain; null when it explains most, or too few are left. */
function withoutSolved(
  shot: Shot,
  start: Reconstruction,
  solved: Reconstruction,
  stretch: Stretch,
): Reconstruction | null {
  const { track } = sharedTracks(shot, stretch.from, stretch.to)
  const explained = track.filter((t) => !Number.isNaN(solved.points[3 * t]!))
  if (explained.length > MOST_OF_THEM * track.length) return null
  const kept = start.kept.slice()
  for (const t of explained) kept.fill(0, shot.trackStart[t]!, shot.trackStart[t + 1]!)
  return { ...start, kept }
}

/** Seeds without those that repeat a better one. */
function differing(seeds: readonly Seed[]): Seed[] {
  const focal = ({ reconstruction: { focalsPx, intrinsics }, stretch }: Seed) =>
    focalsPx?.[stretch.from] ?? intrinsics.focalPx
  const chosen: Seed[] = []
  for (const seed of seeds) {
    const twin = chosen.find(
      (other) =>
        other.stretch === seed.stretch &&
        Math.abs(Math.log(focal(other) / focal(seed))) < SAME_FOCAL &&
        Math.abs(other.misfit - seed.misfit) < SAME_MISFIT,
    )
    if (twin === undefined) chosen.push(seed)
  }
  return chosen
}

/** The best seed of each stretch, best first, then the others: stretches differ in what can be explained at all. */
function oneOfEachStretchFirst(seeds: readonly Seed[]): Seed[] {
  const first = seeds.filter((seed, i) => seeds.findIndex((other) => other.stretch === seed.stretch) === i)
  return [...first, ...seeds.filter((seed) => !first.includes(seed))]
}
