/**
 * What every engine must show, whatever program it drives. Run by the test of each engine; the footage is drawn and its
 * truth known, so positions and cameras are compared with it and not with another engine's.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { seededRng } from '#core/rng.ts'
import { openClip } from '#media/clip.ts'
import { type Footage, type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import { cameraOf, project, trueCamera, type Truth } from '#test/footage/truth.ts'
import { judge } from '#track/judge.ts'
import type { Mask } from '#track/match/mask.ts'
import type { SolveOptions, SolverTrack, SolveResult } from '#track/solution.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import type { EngineClip, EngineRun, EngineStep, TrackingEngine } from './engine.ts'

export interface EngineSuiteOptions {
  /** Why it cannot be run here. */
  readonly skip: string | false
  /** Root mean square of followed positions against the truth. */
  readonly followedPx: number
}

const settings: TrackerSettings = {
  patternSize: 15,
  searchSize: 45,
  correlation: 0.7,
  motionModel: 'Loc',
  patternMatch: 'keyframe',
  normalize: false,
}
const corners = { count: 60, threshold: 0.001, minDistancePx: 12, marginPx: 10, windowPx: 9 }
const start = { settings, origin: 'detected' } as const

const walk = { motion: 'walk', frames: 16, speed: 2 } as const
const tripod = { motion: 'tripod', frames: 16, speed: 1.5 } as const

const drawings = new Map<string, Footage>()

/** Drawn once, since making the textures takes longest. */
function footageOf(options: FootageOptions): Footage {
  const key = JSON.stringify(options)
  const footage = drawings.get(key) ?? makeFootage(options)
  drawings.set(key, footage)
  return footage
}

export function engineSuite(name: string, make: () => Promise<TrackingEngine>, options: EngineSuiteOptions): void {
  suite(name, { skip: options.skip }, () => {
    let folder = ''
    let engine: TrackingEngine
    before(async () => {
      if (options.skip !== false) return
      folder = await mkdtemp(join(tmpdir(), 'hindsight-engine-'))
      engine = await make()
    })
    after(async () => {
      await engine?.close()
      if (folder !== '') await rm(folder, { recursive: true })
    })

    /** A run over drawn footage, which lies in files as any program reads them. */
    const withRun = async (
      footage: FootageOptions,
      masks: readonly Mask[],
      use: (run: EngineRun, truth: Truth, abort: AbortController) => Promise<void>,
    ) => {
      const clip = await drawnClip(join(folder, 'clips'), footageOf(footage), masks)
      const abort = new AbortController()
      const run = await engine.open(clip, { signal: abort.signal, warn: () => {} })
      try {
        await use(run, footageOf(footage).truth, abort)
      } finally {
        await run.close()
        await clip.source.close()
      }
    }

    test('it places, follows both ways, takes orders between steps and says why tracks end', async () => {
      const masked: Mask = { kind: 'exclude', polygon: [0, 0, 110, 0, 110, 180, 0, 180] }
      const signal = new AbortController().signal
      await withRun({ frames: 12, cutAt: 9 }, [masked], async (run) => {
        assert.deepEqual([run.info.frameCount, run.info.widthPx, run.info.heightPx], [12, 320, 180])
        const found = await run.detect({ ...corners, frame: 3 }, start)
        assert.equal(found.tracks.length, found.report.xy.length / 2)
        assert.ok(found.tracks.length >= 30, `${found.tracks.length} corners`)
        const left = found.report.regions.filter(({ region }) => region.endsWith('left'))
        assert.ok(
          left.every((region) => region.found === 0 && region.why === 'masked'),
          JSON.stringify(left),
        )
        assert.ok(found.report.regions.every((r) => r.found <= (r.wanted ?? 0) + 20))
        const crowd = await run.detect({ ...corners, count: null, minDistancePx: 500, frame: 3 }, start)
        assert.deepEqual([...crowd.tracks], [], 'clear of those that are alive')

        const [stopped = -1, removed = -1] = found.tracks
        const forwards: EngineStep[] = []
        for await (const step of run.follow({ from: 3, to: 11 }, signal)) {
          forwards.push(step)
          assert.equal(step.alive, step.live.length)
          if (step.frame === 5) {
            await run.stop([stopped], 'stopped')
            await run.remove([removed])
          }
        }
        assert.deepEqual(
          forwards.map(({ frame }) => frame),
          [4, 5, 6, 7, 8, 9, 10, 11],
        )
        assert.deepEqual(
          forwards.filter(({ cut }) => cut).map(({ frame }) => frame),
          [9],
        )
        await run.stop(null, 'range-end')
        for await (const { frame } of run.follow({ from: 3, to: 0 }, signal)) assert.ok(frame < 3)
        await run.stop(null, 'range-end')

        const tracks = await run.tracks()
        assert.ok(!tracks.some(({ id }) => id === removed))
        const ended = tracks.find(({ id }) => id === stopped)
        assert.deepEqual(ended?.end, { frame: 5, reason: 'stopped' })
        const cut = tracks.filter(({ end }) => end?.reason === 'scene-cut')
        assert.ok(
          cut.length > 0.6 * tracks.length && cut.every(({ end, frames }) => end?.frame === 8 && frames.at(-1) === 8),
        )
        const back = tracks.filter(({ begin }) => begin?.reason === 'range-end' && begin.frame === 0)
        assert.ok(back.length > 0.6 * tracks.length, `${back.length} of ${tracks.length} reach the first frame`)
        for (const { frames, startFrame, xy, origin } of tracks) {
          assert.ok(frames.every((frame, i) => i === 0 || frame > frames[i - 1]!) && frames.includes(startFrame))
          assert.equal(origin, 'detected')
          assert.ok(frames.length * 2 === xy.length)
          assert.ok(
            frames.every((_, i) => xy[2 * i]! >= 110),
            'none walks into the mask',
          )
        }
        assert.ok(
          tracks.some(({ begin, end }) =>
            [begin, end].some((at) => at?.reason === 'masked' || at?.reason === 'left-frame'),
          ),
        )
      })
    })

    test('it follows points that it is given near the truth, stops when told, and still says what it had', async () => {
      await withRun(walk, [], async (run, truth, abort) => {
        const { points, xy } = seenThrough(truth, 0, 7)
        const ids = await run.add(0, [...xy, -5, 20], { settings, origin: 'user' })
        assert.equal(ids.length, points.length, 'none outside the picture')
        await assert.rejects(run.add(0, [100, 100], { ...start, settings: { ...settings, patternSize: 4 } }), {
          code: 'settings.invalid',
        })
        for await (const _ of run.follow({ from: 0, to: 7 }, abort.signal));
        const tracks = await run.tracks()
        assert.ok(tracks.every(({ origin, end }) => origin === 'user' && end?.reason !== 'range-end'))
        const whole = tracks.filter(({ frames }) => frames.length === 8)
        assert.ok(
          whole.length > 0.5 * tracks.length && whole.every(({ end }) => end === null),
          `${whole.length} of ${tracks.length}`,
        )
        const error = middleError(whole, truth, ({ id }) => points[ids.indexOf(id)]!)
        assert.ok(error < options.followedPx, `${error} px`)

        await run.add(4, [150, 90], start)
        const steps = async () => {
          for await (const { frame } of run.follow({ from: 4, to: 7 }, abort.signal)) {
            if (frame === 6) abort.abort(new Error('enough'))
          }
        }
        await assert.rejects(steps(), /enough/)
        const [last] = (await run.tracks()).slice(-1)
        assert.deepEqual([...(last?.frames ?? [])], [4, 5, 6])
      })
    })

    test('it solves the tracks that it is given, of a walk and of a tripod', async () => {
      await withRun(walk, [], async (run) => {
        for (const footage of [walk, tripod]) {
          const { truth } = footageOf(footage)
          const [result] = await run.solve([{ tracks: trueTracks(truth), options: asked(truth) }], quiet())
          assertSolved(result, truth, footage.motion)
        }
        const { truth } = footageOf(walk)
        const few = { tracks: trueTracks(truth).slice(0, 5), options: asked(truth) }
        const [none] = await run.solve([few], quiet())
        assert.ok(none !== undefined && !none.ok && none.code === 'too-few-tracks')
      })
    })
  })
}

const quiet = () => ({ signal: new AbortController().signal, progress: () => {} })

let clips = 0

/** Drawn footage in a folder of pictures, as any program reads it. */
export async function drawnClip(folder: string, footage: Footage, masks: readonly Mask[]): Promise<EngineClip> {
  const own = join(folder, String(clips++))
  await mkdir(own, { recursive: true })
  const { widthPx: width, heightPx: height, frameCount } = footage.info
  for (let f = 0; f < frameCount; f++) {
    const raw = { width, height, channels: 1 } as const
    await sharp(footage.frame(f).luma, { raw })
      .png({ compressionLevel: 1 })
      .toFile(join(own, `frame_${String(f + 1).padStart(4, '0')}.png`))
  }
  const path = join(own, 'frame_0001.png')
  return { path, source: await openClip(path), kernel: createReferenceKernel(), masks }
}

/** The truth's own points as tracks, with a noise of up to a tenth of a pixel that is always the same. */
function trueTracks(truth: Truth): SolverTrack[] {
  const rng = seededRng(1)
  return truth.points.flatMap(({ xyz, visible }, id): SolverTrack[] => {
    const seen = truth.frames.flatMap(({ frame }) => {
      const at = visible[frame] === '1' ? project(trueCamera(truth, frame), xyz) : null
      const off = () => 0.2 * rng.next() - 0.1
      return at === null ? [] : [{ frame, x: at[0] + off(), y: at[1] + off() }]
    })
    if (seen.length < 4 || id % 3 !== 0) return []
    return [
      { id, frames: Int32Array.from(seen, (s) => s.frame), xy: Float64Array.from(seen.flatMap((s) => [s.x, s.y])) },
    ]
  })
}

const asked = (truth: Truth): SolveOptions => ({
  widthPx: truth.width,
  heightPx: truth.height,
  pixelAspect: 1,
  focal: 'refine',
  focalPx: 1.2 * truth.frames[0]!.focal_px,
  motion: 'auto',
  zoom: 'auto',
  lens: 'auto',
  principal: 'centre',
  heldOutShare: 0.1,
  seed: 1,
})

function assertSolved(result: SolveResult | undefined, truth: Truth, motion: 'walk' | 'tripod'): void {
  assert.ok(result?.ok, JSON.stringify(result))
  const { solution } = result
  assert.equal(solution.motion, motion === 'walk' ? 'general' : 'tripod')
  const path = truth.frames.map(({ cam_to_world: pose, focal_px }) =>
    cameraOf(pose, focal_px, truth.distortion, [0, 0]),
  )
  const verdict = judge(solution.cameras, {
    camFromWorld: path.map(({ rotation, centre }) => ({
      rotation,
      translation: Float64Array.from(
        [0, 1, 2],
        (i) => -[0, 1, 2].reduce((sum, k) => sum + rotation[3 * i + k]! * centre[k]!, 0),
      ),
    })),
    focalsPx: path.map(({ focalPx }) => focalPx),
  })
  assert.ok(verdict !== null)
  assert.equal(verdict.cameras, truth.frame_count)
  assert.ok(verdict.rotationMeanDeg < 0.1 && verdict.focalMeanShare < 0.02, JSON.stringify(verdict))
  assert.ok(
    motion === 'tripod' ? verdict.positionShare === null : (verdict.positionShare ?? 1) < 0.01,
    JSON.stringify(verdict),
  )
  assert.ok(solution.heldOutErrorPx !== null && solution.heldOutErrorPx < 0.3, `held out ${solution.heldOutErrorPx} px`)
  assert.ok(solution.observations.heldOut > 0 && solution.points.length > 30)
}

/** Points of the truth that are seen in all of some frames, by where they are in the first: 2 numbers each. */
function seenThrough(
  truth: Truth,
  from: number,
  to: number,
): { readonly xy: readonly number[]; readonly points: Truth['points'] } {
  const points = truth.points.filter(({ visible }) => !visible.slice(from, to + 1).includes('0'))
  return { points, xy: points.flatMap(({ xyz }) => project(trueCamera(truth, from), xyz) ?? []) }
}

/** Middle over tracks of their root mean square distance from the truth, pixels. */
function middleError(
  tracks: readonly Track[],
  truth: Truth,
  pointOf: (track: Track) => Truth['points'][number],
): number {
  const errors = tracks.map((track) => {
    const squares = [...track.frames].map((frame, i) => {
      const [x, y] = project(trueCamera(truth, frame), pointOf(track).xyz) ?? [Infinity, Infinity]
      return (track.xy[2 * i]! - x) ** 2 + (track.xy[2 * i + 1]! - y) ** 2
    })
    return Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length)
  })
  return errors.sort((a, b) => a - b)[errors.length >> 1] ?? NaN
}
