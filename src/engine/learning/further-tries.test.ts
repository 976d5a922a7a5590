import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { defaultKey, isFurther } from '#core/learnable.ts'
import shipped from '#domains/camera/learning/shipped.json' with { type: 'json' }
import type { FirstChooser, Situation } from '#domains/camera/policies/policy.ts'
import { appendEdit } from '../edits.ts'
import { localOwner } from '#core/principal.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { writePreferences } from '../preferences.ts'
import { recordSession } from '../record.ts'
import { withFurther } from './further-tries.ts'
import { catchUp, unlearn } from './learn.ts'
import { rebuildLearned, resetLearned } from './rebuild.ts'
import { contextOf, idOf, learner, sessionOf } from './test-sessions.ts'

const situation: Situation = {
  engine: 'embedded',
  info: {
    widthPx: 1280,
    heightPx: 720,
    frameRate: { numerator: 24, denominator: 1 },
    codec: 'h264',
    bitDepth: 8,
  } as Situation['info'],
  footage: 'auto',
  probe: null,
  before: null,
}
const shippedKeys = shipped.further.map(({ key }) => key)
/** One that the program does not come with as a further try. */
const other = 'model=Perspective'

describe('further tries', () => {
  let dir: string
  let engine: Engine
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-further-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  afterEach(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  const nobody: FirstChooser = { choose: async () => null }
  async function keys(series = 900, n = 1, of: 'embedded' | 'blender' = 'embedded') {
    const run = { engine: of, session: idOf(series, n), clip: null, policy: null }
    const found = await withFurther(engine, nobody, run, makeContext()).further?.(situation)
    return found?.map(({ decision }) => (decision as { readonly key: string }).key)
  }
  /** A session whose last place went to what promises most, and not to something few know. */
  const steady = 2

  /** A clip that the default failed on, and what was tried after it. */
  async function ran(series: number, clip: number, tries: readonly { key: string; solved: boolean }[]) {
    for (const [n, one] of [{ key: defaultKey, solved: false }, ...tries].entries()) {
      const id = idOf(series, 10 * clip + n)
      const context = { ...contextOf(1000 * series + clip), run: idOf(series, 10 * clip), retry: n, attempt: n + 1 }
      await recordSession(engine, sessionOf({ id, clip, ...one, parts: { context } }))
    }
    await catchUp(engine, makeContext())
  }
  const furtherRows = async () =>
    (await engine.store.learned.rowsBeneath(learner, '')).filter(({ group }) => isFurther(group))

  test('at first the default and what the program comes with, in its order', async () => {
    const found = await keys(900, steady)
    assert.deepEqual(found, [defaultKey, ...shippedKeys.slice(0, 4)])
    assert.deepEqual(await keys(900, steady), found, 'the same for the same session')
  })

  test('none for another engine, nor where learning is switched off', async () => {
    assert.equal(await keys(900, 1, 'blender'), undefined)
    await writePreferences(engine, { learnFromSessions: false })
    assert.deepEqual(await keys(), [])
  })

  test("what saves clips of one's own comes first, is taken back with its session, and goes with a reset", async () => {
    for (let clip = 0; clip < 12; clip++) await ran(7, clip, [{ key: other, solved: true }])
    assert.equal((await keys(900, steady))?.[1], other)
    const rows = await furtherRows()
    assert.ok(
      rows.every(({ key, count, kept }) => key === other && count === 12 && kept === 12),
      JSON.stringify(rows),
    )
    assert.deepEqual(rows.map(({ group }) => group).toSorted(), [
      'further/all',
      'further/footage/SD_24fps',
      'further/motion/SD_24fps/low/high',
    ])
    await unlearn(engine, idOf(7, 1))
    assert.ok((await furtherRows()).every(({ count }) => count === 11))
    await rebuildLearned(engine, learner, makeContext())
    assert.deepEqual(await furtherRows(), rows, 'learned anew in the order they were run')
    await resetLearned(engine, learner)
    assert.deepEqual(await keys(900, steady), [defaultKey, ...shippedKeys.slice(0, 4)])
  })

  test('a try that adds nothing counts against its setting, and a first try for none', async () => {
    const [first = ''] = shippedKeys
    for (let clip = 0; clip < 6; clip++) await ran(8, clip, [{ key: first, solved: false }])
    const before = await furtherRows()
    assert.ok(
      before.every(({ key, count, kept, sum }) => key === first && count === 6 && kept === 0 && sum === 0),
      JSON.stringify(before),
    )
    await recordSession(engine, sessionOf({ id: idOf(9, 1), clip: 9001, key: other, solved: true }))
    await catchUp(engine, makeContext())
    assert.deepEqual(await furtherRows(), before)
  })

  test('what people say of a try later leaves what it added as it was measured', async () => {
    await ran(6, 1, [{ key: other, solved: true }])
    const before = await furtherRows()
    await appendEdit(engine, { session: idOf(6, 11), kind: 'reject', after: null }, localOwner)
    await catchUp(engine, makeContext())
    assert.deepEqual(await furtherRows(), before)
    assert.equal(before.length, 3)
  })
})
