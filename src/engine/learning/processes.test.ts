// Real processes on one data directory.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { type Engine, makeContext } from '../engine.ts'
import { recoverJournals } from '../journals.ts'
import { openEngine } from '../open.ts'
import { recordSession } from '../record.ts'
import { catchUp } from './learn.ts'
import { readLearned } from './state.ts'
import { idOf, learner, sessionOf } from './test-sessions.ts'

const program = fileURLToPath(new URL('choose-until.ts', import.meta.url))

describe('runs side by side', () => {
  let dir: string
  let engine: Engine
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-processes-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    for (let n = 0; n < 15; n++) {
      const key = n < 10 ? { key: 'correlation=0.85', solved: true } : { solved: false }
      await recordSession(engine, sessionOf({ id: idOf(1, n), clip: n, ...key }))
    }
    await catchUp(engine, makeContext())
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  const start = (...args: readonly string[]) =>
    spawn(process.execPath, [program, dir, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const chargesOf = async (child: ChildProcess, most = Infinity) => {
    const charges: number[] = []
    for await (const line of createInterface({ input: child.stdout! })) {
      charges.push(Number(line))
      if (charges.length >= most) break
    }
    return charges
  }
  const credit = async () => (await readLearned(engine, learner, [])).state.credit

  test('charge each choice once, and never overdraw the credit together', async () => {
    const sides = [start('2', '25'), start('3', '25')]
    const charges = (await Promise.all(sides.map((side) => chargesOf(side)))).flat()
    assert.equal(charges.length, 50)
    const { sessions, spent } = await credit()
    assert.deepEqual([sessions, spent], [50, charges.reduce((sum, charge) => sum + charge, 0)])
    assert.ok(spent > 5 && spent <= creditLimit(sessions, anchoredRules.credit), `${spent} of ${sessions}`)
    await catchUp(engine, makeContext())
    assert.equal((await readLearned(engine, learner, [])).state.pending.size, 0)
    assert.deepEqual(await credit(), { sessions, spent })
  })

  test('that are killed between choosing and recording stay charged, and are waited for no more', async () => {
    const before = await credit()
    const side = start('4', '6', 'open')
    const charges = await chargesOf(side, 6)
    await catchUp(engine, makeContext())
    assert.equal((await readLearned(engine, learner, [])).state.pending.size, 6, 'while it lives')
    side.kill('SIGKILL')
    await once(side, 'exit')
    assert.equal((await recoverJournals(engine)).length, 6)
    await catchUp(engine, makeContext())
    const { state } = await readLearned(engine, learner, [])
    assert.equal(state.pending.size, 0)
    const spent = before.spent + charges.reduce((sum, charge) => sum + charge, 0)
    assert.deepEqual(state.credit, { sessions: before.sessions + 6, spent })
  })
})
