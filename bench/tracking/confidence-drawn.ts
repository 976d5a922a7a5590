/**
 * Shots to judge the solver's own verdict by whose tracks were followed through drawn pictures, with all the faults that tracks
 * of footage have. A seed gives one clip; its tracks are kept in a folder, so that only the solver is tried again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Rng, seededRng } from '#core/rng.ts'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import type { Attempt } from '#domains/camera/pipeline/attempt.ts'
import { runPipeline } from '#domains/camera/pipeline/run-pipeline.ts'
import { requestFor } from '#domains/camera/pipeline/test-request.ts'
import { makeContext } from '#engine/engine.ts'
import { openKernel } from '#engine/kernel.ts'
import { type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import { trueCamera, type Truth } from '#test/footage/truth.ts'
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import type { SolverTrack } from '#track/solution.ts'
import { spansOf, tracksWithin } from '#track/track-clip.ts'
import type { Problem } from './confidence-problems.ts'

interface KeptTask {
  readonly span: { readonly fromFrame: number; readonly toFrame: number }
  readonly tracks: readonly {
    readonly id: number
    readonly frames: readonly number[]
    readonly xy: readonly number[]
  }[]
  readonly options: Problem['options']
}

/** The shots of one drawn clip, as the pipeline gives them to the solver at its first try. */
export async function drawnProblems(seed: number, folder: string): Promise<readonly Problem[]> {
  const asked = footageOf(seed)
  const clip = makeFootage(asked.options)
  const file = join(folder, `${seed}.json`)
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, JSON.stringify(await followed(clip)))
  }
  const shots = JSON.parse(readFileSync(file, 'utf8')) as readonly KeptTask[]
  const tasks = [...shots, ...shots.flatMap((shot, i) => piecesOf(shot, seededRng(`pieces ${seed} ${i}`)))]
  return tasks.map(({ span, tracks, options }) => ({
    kind: `drawn ${asked.kind}`,
    tracks: tracks.map(({ id, frames, xy }) => ({
      id,
      frames: Int32Array.from(frames, (frame) => frame - span.fromFrame),
      xy: Float64Array.from(xy),
    })),
    options,
    truth: truthOf(clip.truth, span),
    isHopeless: false,
    isFar: false,
  }))
}

const PIECES = 2

/** Shorter stretches with fewer of the tracks: what a shorter clip with less to follow would have given, nearly. */
function piecesOf({ span: { fromFrame, toFrame }, tracks, options }: KeptTask, rng: Rng): readonly KeptTask[] {
  return Array.from({ length: PIECES }, () => {
    const frames = Math.min(toFrame - fromFrame + 1, 5 + rng.int(20))
    const first = fromFrame + rng.int(toFrame - fromFrame + 2 - frames)
    const share = 0.15 + 0.85 * rng.next()
    const span = { fromFrame: first, toFrame: first + frames - 1 }
    const some = tracks.filter(() => rng.next() < share)
    return { span, tracks: tracksWithin(some.map(unpacked), span).map(packed), options }
  })
}

const unpacked = ({ id, frames, xy }: KeptTask['tracks'][number]) => ({
  id,
  frames: Int32Array.from(frames),
  xy: Float64Array.from(xy),
})
const packed = ({ id, frames, xy }: SolverTrack): KeptTask['tracks'][number] => ({
  id,
  frames: [...frames],
  xy: [...xy],
})

async function followed(clip: ReturnType<typeof makeFootage>): Promise<readonly KeptTask[]> {
  const ctx = makeContext({ seed: 0 })
  const { kernel, close } = await openKernel(ctx, 1)
  const attempts: Attempt[] = []
  const engine = createEmbeddedEngine({ version: 'bench' })
  const ends = { attemptEnds: (attempt: Attempt) => void attempts.push(attempt) }
  const request = requestFor(clip.info.frameCount, { retries: 0 })
  await runPipeline(engine, { path: '', source: clip, kernel, masks: [] }, request, ctx, ends)
  await close()
  const { tracks, cuts, choice } = attempts[0]!
  const { widthPx, heightPx, pixelAspect, frameCount } = clip.info
  const spans = spansOf({ from: 0, to: frameCount - 1 }, cuts)
  return spans.map((span) => ({
    span,
    tracks: tracksWithin(tracks, span).map(packed),
    options: { ...choice.settings.solve, widthPx, heightPx, pixelAspect },
  }))
}

/** Of the frames from `from` to `to`. */
function truthOf(truth: Truth, { fromFrame, toFrame }: KeptTask['span']): Problem['truth'] {
  const frames = truth.frames.slice(fromFrame, toFrame + 1)
  const camFromWorld = frames.map(({ frame }): Rigid3 => {
    const { rotation, centre } = trueCamera(truth, frame)
    const along = (row: number) => centre.reduce((sum, value, i) => sum - rotation[3 * row + i]! * value, 0)
    return { rotation, translation: Float64Array.of(along(0), along(1), along(2)) }
  })
  return { camFromWorld, focalsPx: Float64Array.from(frames, ({ focal_px }) => focal_px) }
}

/** Sizes, lengths, lenses and troubles at random: half of the clips small and short, some smeared, still or cut to pieces. */
function footageOf(seed: number): { readonly kind: string; readonly options: FootageOptions } {
  const rng = seededRng(`drawn confidence ${seed}`)
  const pick = <T>(...from: readonly T[]): T => from[rng.int(from.length)]!
  const between = (low: number, high: number) => low + (high - low) * rng.next()
  const [widthPx, heightPx] = pick([320, 180], [480, 270], [480, 270], [640, 360], [270, 480])
  const frames = pick(4 + rng.int(6), 10 + rng.int(12), 16 + rng.int(20), 24, 40)
  const focalPx = widthPx * between(0.5, 1.6)
  const options: FootageOptions = {
    seed: 50_000 + seed,
    widthPx,
    heightPx,
    frames,
    scene: pick('room', 'street', 'street', 'bare'),
    motion: pick('walk', 'walk', 'forward', 'tripod'),
    speed: Math.exp(between(Math.log(0.3), Math.log(3.5))),
    focalPx,
  }
  const [kind, trouble] = troubleOf(rng, options as Required<Pick<FootageOptions, 'frames'>> & { focalPx: number })
  const merged = { ...options, ...trouble }
  return { kind: [kind, merged.scene, merged.motion, widthPx, frames].join(' '), options: merged }
}

type Drawn = Required<Pick<FootageOptions, 'frames'>> & { readonly focalPx: number }

function troubleOf(rng: Rng, { focalPx, frames }: Drawn): readonly [string, FootageOptions] {
  const all: readonly (readonly [number, string, () => FootageOptions])[] = [
    [6, 'plain', () => ({})],
    [2, 'noise', () => ({ noise: 2 + 8 * rng.next() })],
    [2, 'zoom', () => ({ focalPx: [focalPx, focalPx * (rng.next() < 0.5 ? 0.65 : 1.5)] })],
    [2, 'posts', () => ({ posts: 1 + rng.int(5) })],
    [2, 'movers', () => ({ movers: 1 + rng.int(4) })],
    [2, 'bent', () => ({ k1: rng.next() < 0.6 ? -0.12 : 0.08 })],
    [1, 'blur', () => ({ shutter: 0.5, speed: 2 })],
    [
      1,
      'smeared',
      () => ({ shutter: 1, samples: 16, speed: 6 + 14 * rng.next(), noise: 2, frames: Math.min(16, frames) }),
    ],
    [1, 'still', () => ({ motion: 'still', noise: 4 * rng.next() })],
    [1, 'flicker', () => ({ flicker: 0.15 })],
    [2, 'cut', () => ({ cutAt: Math.floor((0.25 + 0.5 * rng.next()) * frames) })],
  ]
  let drawn = rng.next() * all.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, name, make] of all) {
    drawn -= weight
    if (drawn < 0) return [name, make()]
  }
  return ['plain', {}]
}
