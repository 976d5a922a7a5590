import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Edit } from '#core/edit.ts'
import { defaultKey } from '#core/learnable.ts'
import { isLegal } from '#core/settings-space.ts'
import type { CameraSession } from '../session.ts'
import { type Region, regions } from '../terms.ts'
import { byRegion, byRegionKey, changesByRegion, regionExperiences, regionLevels, regionSpace } from './by-region.ts'
import { candidateKeys } from './candidates.ts'
import { type Known, knownOf } from './known.ts'
import { levelInWords } from './levels.ts'
import { baseOf } from './naming.ts'

const known = knownOf(
  {
    widthPx: 1280,
    heightPx: 720,
    fps: 24,
    clip: { fingerprint: 'c' },
    probe: { motionClass: 'low', textureClass: 'high' },
  },
  'embedded',
) as Known
const base = baseOf(known)
const wanted = (...some: readonly (readonly [Region, string])[]) => new Map(some)

describe('a candidate of parts of the picture', () => {
  test('is the default but for the parts that want something else, and legal', () => {
    const { key, settings } = byRegion(base, wanted(['center', 'model=Loc'], ['top-left', 'search=1.45']))!
    assert.equal(key, byRegionKey)
    assert.deepEqual(settings, { ...base, center: 'model=Loc', 'top-left': 'search=1.45' })
    for (const region of ['center', 'top-left'] as const) assert.ok(isLegal(regionSpace[region]!, settings[region]))
    assert.deepEqual(
      [...changesByRegion(settings)],
      [
        ['top-left', { search: 1.45 }],
        ['center', { model: 'Loc' }],
      ],
    )
  })

  test('is none where nothing is wanted, all want the same, or what is wanted says how corners are found', () => {
    assert.equal(byRegion(base, wanted()), null)
    assert.equal(byRegion(base, new Map(regions.map((region) => [region, 'model=Loc']))), null)
    const corners = candidateKeys.find((key) => key.includes('threshold'))!
    assert.equal(byRegion(base, wanted(['center', corners], ['top-left', 'no such setting'])), null)
  })

  test('that was tampered with changes no part', () => {
    const odd = { ...base, center: 'pattern=99', 'top-left': 7, 'top-right': '__proto__', nowhere: 'model=Loc' }
    assert.equal(changesByRegion(odd).size, 0)
  })
})

describe('what a session says of parts of the picture', () => {
  const session = (total: number, survived: number) =>
    ({
      telemetry: { survival: { regions: Object.fromEntries(regions.map((region) => [region, { total, survived }])) } },
    }) as unknown as CameraSession
  const used = { key: byRegionKey, settings: { ...base, center: 'model=Loc' } }
  const of = (edits: readonly object[], region: Region = 'center') => {
    const all = regionExperiences(
      session(10, 8),
      known,
      used,
      edits.map((after) => ({ kind: 'camera.behavior', after }) as unknown as Edit),
    )
    return all[regions.indexOf(region)]!
  }

  test('is how tracks survived there, under the name of what they had there', () => {
    assert.deepEqual([of([]).key, of([]).value], ['model=Loc', 0.8])
    assert.equal(of([], 'top-left').key, defaultKey)
    assert.deepEqual(of([]).levels, regionLevels(known, 'center'))
    assert.deepEqual(regionLevels(known, 'center').at(-1), 'region/all/center')
    assert.equal(levelInWords('region/all/top-left'), 'top left: all footage')
    assert.match(
      levelInWords(regionLevels(known, 'center')[0]!),
      /^center: SD at 24 frames a second, slow motion, much/,
    )
    assert.deepEqual(regionExperiences(session(2, 2), known, used, []), [], 'too few to say')
  })

  test('counts what people took out there as lost, and what they had to add as missing', () => {
    const track = (name: string) => ({ track: name, region: 'center' })
    assert.equal(of([{ deletions: [track('a')], disabled: [track('b')] }]).value, 0.6)
    assert.equal(of([{ disabled: [track('b')] }, { enabled: [track('b')] }]).value, 0.8)
    assert.equal(of([{ additions: [track('x'), track('y')] }]).value, 8 / 12)
    assert.equal(of([{ additions: [track('x')] }], 'top-left').value, 0.8)
  })
})
