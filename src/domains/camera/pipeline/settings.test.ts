/** What attempts are made with: every wish has an effect, everything is legal, and what a person set by hand stands. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isLegal } from '#core/settings-space.ts'
import { seededRng } from '#core/rng.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { Fix } from '../diagnose/diagnosis.ts'
import { policyFor, policies } from '../policies/policies.ts'
import type { Probe } from '../probe/probe.ts'
import { settingsSpace } from '../settings-space.ts'
import { footageTypes, levels } from '../terms.ts'
import { applyFix, generalFixes, sameSettings } from './apply-fix.ts'
import { type AttemptSettings, type PipelineRequest, presets } from './attempt.ts'
import { firstChoice, type Planner } from './plan-attempt.ts'
import { requestFor } from './test-request.ts'

const infoOf = (widthPx: number, fps = 24): ClipInfo => ({
  codec: 'h264',
  container: 'mp4',
  widthPx,
  heightPx: Math.round((widthPx * 9) / 16),
  frameCount: 100,
  frameRate: { numerator: fps, denominator: 1 },
  variableFrameRate: false,
  durationS: 100 / fps,
  rotationDeg: 0,
  pixelAspect: 1,
  bitDepth: 8,
  interlaced: false,
  decoder: 'test',
})

const asked = requestFor(100)

const planner = (request: Partial<PipelineRequest> = {}, widthPx = 1920, fps = 24): Planner => ({
  engine: 'embedded',
  info: infoOf(widthPx, fps),
  request: { ...asked, ...request },
  policy: policyFor('embedded', request.policy ?? null),
})
const rng = { rng: seededRng(1) }
const first = (request: Partial<PipelineRequest> = {}, widthPx = 1920, fps = 24, probe: Probe | null = null) =>
  firstChoice(planner(request, widthPx, fps), probe, rng)

const probeOf = (motionClass: Probe['motionClass'], searchSizePx: number | null = null) =>
  ({ motionClass, searchSizePx }) as Probe

const fixOf: Required<Fix> = {
  patternScale: 1.3,
  searchScale: 1.3,
  correlationOffset: -0.1,
  thresholdScale: 0.5,
  countScale: 1.5,
  motionModel: 'LocRot',
  edgeMargin: 0.1,
  cutFrames: [40],
  minLifespanFrames: 9,
  rejectNonRigid: true,
  freeLens: true,
}

describe('a fix', () => {
  for (const key of Object.keys(fixOf) as (keyof Fix)[]) {
    test(`${key} changes the next attempt`, () => {
      const { settings } = first()
      const fixed = applyFix(settings, { [key]: fixOf[key] }, planner())
      assert.ok(!sameSettings(settings, fixed))
    })
  }

  test('changes nothing that the person set, whatever it says', () => {
    const chosen = {
      tracker: { patternSize: 17, searchSize: 61, correlation: 0.97, motionModel: 'Loc' as const },
      corners: { count: 33, threshold: 0.7, marginPx: 3 },
    }
    const { settings, propensity, reason } = first({ chosen, footage: 'action', robust: true })
    const fixed = applyFix(settings, fixOf, planner({ chosen }))
    for (const one of [settings, fixed]) {
      assert.deepEqual({ ...one.tracker, ...chosen.tracker }, one.tracker)
      assert.deepEqual({ ...one.corners, ...chosen.corners }, one.corners)
    }
    assert.equal(propensity, null)
    assert.match(
      reason,
      /^patternSize, searchSize, correlation, motionModel, tracks, threshold, marginPx as the person/,
    )
    const lens = { model: 'polynomial', k1: -0.1, k2: 0, k3: 0 } as const
    const known = first({ solve: { ...asked.solve, lens } }).settings
    assert.equal(applyFix(known, { freeLens: true }, planner()).solve.freeLens, undefined)
  })

  test('again and again stays legal, at any size of picture', () => {
    const fixes = fc.array(
      fc.record(
        {
          patternScale: fc.double({ min: 0.3, max: 3, noNaN: true }),
          searchScale: fc.double({ min: 0.3, max: 3, noNaN: true }),
          correlationOffset: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
          thresholdScale: fc.double({ min: 0.01, max: 100, noNaN: true }),
          countScale: fc.double({ min: 0.1, max: 10, noNaN: true }),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 8 },
    )
    const widths = fc.constantFrom(64, 320, 960, 1920, 3840, 7680)
    fc.assert(
      fc.property(fixes, widths, (list, widthPx) => {
        const at = planner({}, widthPx)
        const last = list.reduce<AttemptSettings>((s, fix) => applyFix(s, fix, at), first({}, widthPx).settings)
        assertLegal(last, widthPx)
      }),
      { numRuns: 60 },
    )
  })
})

function assertLegal({ tracker, corners }: AttemptSettings, widthPx: number): void {
  const space = settingsSpace('embedded', widthPx)
  for (const [name, value] of Object.entries({ ...tracker, ...corners })) {
    const dimension = space[name]
    if (dimension) assert.ok(isLegal(dimension, value), `${name} ${value} at ${widthPx}`)
  }
  assert.ok(tracker.searchSize >= tracker.patternSize)
}

describe('the first try', () => {
  test('is frozen to its leaves, with its reason and how likely it was', () => {
    const { settings, propensity, reason, policy } = first()
    assert.throws(() => Object.assign(settings.tracker, { patternSize: 5 }), TypeError)
    assert.throws(() => Object.assign(settings.solve, { motion: 'tripod' }), TypeError)
    assert.deepEqual([propensity, reason, policy.name], [1, 'chosen by the size of the picture', 'defaults'])
  })

  test('is legal for every policy, preset, kind of footage and size', () => {
    for (const { name } of policies)
      for (const preset of presets)
        for (const footage of footageTypes)
          for (const widthPx of [320, 960, 1920, 3840, 7680])
            for (const robust of [false, true])
              assertLegal(first({ policy: name, preset, footage, robust }, widthPx).settings, widthPx)
  })

  test('differs for every kind of footage, every preset and robust footage', () => {
    const plain = first().settings
    for (const footage of footageTypes) {
      if (footage !== 'auto') assert.ok(!sameSettings(plain, first({ footage }).settings), footage)
    }
    const counts = presets.map((preset) => first({ preset }).settings.corners.count)
    assert.ok(counts[0]! < counts[1]! && counts[1]! < counts[2]!)
    const { tracker } = first({ robust: true }).settings
    assert.ok(tracker.searchSize > plain.tracker.searchSize && tracker.correlation < plain.tracker.correlation)
    assert.equal(first({ footage: 'tripod' }).settings.solve.motion, 'tripod')
  })

  test('looks as far as points were seen to move', () => {
    const { settings, reason } = first({}, 960, 24, probeOf('high', 131))
    assert.equal(settings.tracker.searchSize, 131)
    assert.match(reason, /131 pixels wide/)
    assert.equal(first({}, 960, 24, probeOf('low', 45)).settings.tracker.searchSize, 91)
  })

  test('by class of motion is as the guide has it, at 4K forced odd', () => {
    const row = (widthPx: number, level: Probe['motionClass'], fps = 24) => {
      const { patternSize, searchSize, correlation, motionModel } = first(
        { policy: 'motion-class' },
        widthPx,
        fps,
        probeOf(level),
      ).settings.tracker
      return [patternSize, searchSize, correlation, motionModel]
    }
    assert.deepEqual(row(1920, 'high'), [25, 141, 0.55, 'Affine'])
    assert.deepEqual(row(1920, 'medium'), [19, 101, 0.65, 'LocRot'])
    assert.deepEqual(row(1920, 'low'), [15, 71, 0.72, 'Loc'])
    assert.deepEqual(row(3840, 'high'), [37, 211, 0.55, 'Affine'])
    assert.deepEqual(row(3840, 'medium'), [29, 151, 0.65, 'LocRot'])
    assert.deepEqual(row(3840, 'low'), [23, 107, 0.72, 'Loc'])
    assert.ok(Number(row(1920, 'high', 60)[1]) < 141)
    assert.equal(new Set(levels.map((level) => String(row(1920, level)))).size, 3)
  })

  test('by tiers is bolder the fewer tracks lasted', () => {
    const policy = policyFor('embedded', 'tiers')
    const sizes = [0.1, 0.2, 0.3, 0.5, 0.9].map((trackSuccess) => {
      const { settings } = first({ policy: 'tiers' })
      const situation = { engine: 'embedded', info: infoOf(1920), footage: 'auto', probe: null } as const
      return policy.choose({ ...situation, before: { settings, trackSuccess } }, rng).settings.tracker.searchSize
    })
    assert.deepEqual(sizes, [151, 131, 101, 71, 61])
  })

  test('names the policies there are when asked for another', () => {
    assert.throws(() => policyFor('embedded', 'lucky'), /track\.policy.*defaults, motion-class, tiers/)
  })
})

test('the general fixes differ from each other and from what they change', () => {
  const { settings } = first()
  const fixed = [settings, ...generalFixes.map((fix) => applyFix(settings, fix, planner()))]
  assert.equal(new Set(fixed.map((one) => JSON.stringify(one))).size, fixed.length)
})
