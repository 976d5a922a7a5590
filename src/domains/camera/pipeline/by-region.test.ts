import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import type { SolveShots } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import { usualSettings } from '../policies/defaults.ts'
import type { FirstChooser, TrackingChoice } from '../policies/policy.ts'
import { settingsOf } from '../recording/plan-record.ts'
import { cameraSettings } from '../schema-settings.ts'
import { runPipeline } from './run-pipeline.ts'
import { requestFor } from './test-request.ts'

const [widthPx, heightPx, frames] = [240, 136, 6]
const usual = usualSettings('embedded', widthPx, null)
const never: SolveShots = async (tasks) => tasks.map(() => ({ ok: false, code: 'unstable', why: 'It would not hold.' }))

async function attempts(regionSettings: TrackingChoice['regions'], retries = 0) {
  const kernel = await createWasmKernel({})
  const engine = createEmbeddedEngine({ version: 'test', solve: never })
  const source = makeFootage({ seed: 5, frames, speed: 3, widthPx, heightPx })
  const settings = regionSettings === undefined ? usual : { ...usual, regions: regionSettings }
  const chooser: FirstChooser = {
    choose: async () => ({ settings, propensity: 0.5, reason: 'drawn', policy: { name: 'learned', version: '1' } }),
  }
  const quiet = { sha256: () => '', now: () => 0, progress: () => {}, warn: () => {} }
  const ctx = { ...quiet, signal: new AbortController().signal, rng: seededRng(0) }
  const request = requestFor(frames, { retries, chosen: { tracker: {}, corners: { count: 60 } } })
  const clip = { path: '/clip.mp4', source, kernel, masks: [] }
  const run = await runPipeline(engine, clip, request, ctx, null, null, null, chooser)
  return { source, request, all: run.attempts }
}

/** Of the first frame's tracks, by the region they begin in: where they were in each frame. */
function pathsIn(followed: readonly Track[], isIn: (region: string) => boolean): readonly string[] {
  return followed
    .filter(({ startFrame }) => startFrame === 0)
    .filter(({ xy }) => isIn(regions[regionIndex(xy[0]!, xy[1]!, widthPx, heightPx)]!))
    .map(({ xy }) => [...xy].join(' '))
    .toSorted()
}

test('tracks that begin in a part of the picture have its settings, all others are followed as ever', async () => {
  const own = { ...usual.tracker, patternSize: 11, motionModel: 'Loc' as const }
  const [plain, parted] = [await attempts(undefined), await attempts({ center: own })]
  const [before, after] = [plain.all[0]!.followed, parted.all[0]!.followed]
  const isCentre = (region: string) => region === 'center'
  assert.ok(pathsIn(after, isCentre).length >= 3)
  assert.deepEqual(
    pathsIn(after, (region) => !isCentre(region)),
    pathsIn(before, (region) => !isCentre(region)),
  )
  const same = new Set(pathsIn(before, isCentre))
  assert.ok(pathsIn(after, isCentre).every((path) => !same.has(path)))
})

test('they are recorded as they were used, within what is legal and what a person set; a retry is made without', async () => {
  const own = { ...usual.tracker, correlation: 0.99, searchSize: 9999 }
  const { all, source, request } = await attempts({ 'top-left': own }, 1)
  const [first, second] = all
  const { regions: used } = first!.choice.settings
  assert.equal(used?.['top-left']?.correlation, 0.95)
  assert.ok(used['top-left'].searchSize <= 151)
  const recorded = settingsOf({
    info: source.info,
    frames: { from: 0, to: frames - 1 },
    follow: followPlan(widthPx, { settings: first!.choice.settings.tracker }),
    masks: 0,
    solve: first!.choice.settings.solve,
    sensorWidthMm: null,
    pipeline: { engine: { name: 'embedded', version: 'test' }, probe: null, request, settings: first!.choice.settings },
  })
  const { correlation, searchSize, patternSize, motionModel } = used['top-left']
  assert.partialDeepStrictEqual(recorded.regionOverrides, {
    'top-left': { correlation, searchSize, patternSize, motionModel },
  })
  assert.ok(cameraSettings.safeParse(recorded).success)
  assert.ok(!cameraSettings.safeParse({ regionOverrides: { nowhere: {} } }).success)
  assert.equal(second?.choice.settings.regions, undefined)
})
