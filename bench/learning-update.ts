/**
 * What it costs to choose and to learn from a session when many have taught: node bench/learning-update.ts [SESSIONS] [ROUNDS]
 *
 * The lessons before are written straight into the catalog, spread over clips and kinds of footage as they would be; what is
 * measured goes through the same doors as a run. Processor time of the whole process, its writer thread included.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonicalJson } from '#core/json.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import { makeContext } from '#engine/engine.ts'
import { learnedPolicy } from '#engine/learning/choose.ts'
import { learnFrom } from '#engine/learning/learn.ts'
import { groupsOf, memoryGroup } from '#engine/learning/state.ts'
import { choosing, contextOf, idOf, learner, sessionOf } from '#engine/learning/test-sessions.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'

const [sessions = 100_000, rounds = 100] = process.argv.slice(2).map(Number)
const dir = await mkdtemp(join(tmpdir(), 'hindsight-learning-update-'))
try {
  await fill()
  const engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  const ctx = makeContext()
  await engine.store.learned.pending(learner, 'camera', 1)
  const [choosingMs, recordingMs, learningMs]: [number[], number[], number[]] = [[], [], []]
  for (let n = 0; n < rounds; n++) {
    const id = idOf(0xffe, n)
    const policy = learnedPolicy(engine, learner, choosing, { session: id })
    const choice = await timed(choosingMs, () => policy.choose(contextOf(n)))
    await timed(recordingMs, () => recordSession(engine, sessionOf({ id, clip: n, solved: true, choice })))
    await timed(learningMs, () => learnFrom(engine, id, ctx))
  }
  await engine.close()
  console.log(`${sessions} sessions taught before, ${rounds} rounds; processor milliseconds each`)
  console.log(`choose  median ${middle(choosingMs)}, 95th of 100 ${late(choosingMs)}`)
  console.log(`record  median ${middle(recordingMs)}, 95th of 100 ${late(recordingMs)}`)
  console.log(`learn   median ${middle(learningMs)}, 95th of 100 ${late(learningMs)}`)
} finally {
  await rm(dir, { recursive: true })
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  into.push((user + system) / 1000)
  return result
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1)
}
function middle(values: readonly number[]): string {
  return at(values, 0.5)
}
function late(values: readonly number[]): string {
  return at(values, 0.95)
}

/** Three sessions of each clip, over forty settings. */
async function fill(): Promise<void> {
  await (await openEngine({ dataDir: dir, jobThreads: 0 })).close()
  const db = new DatabaseSync(join(dir, 'catalog.db'))
  const lesson = db.prepare(
    `insert into lesson (learner, session, project, source, aside, rows, about) values (?, ?, 'p', 'own', 0, ?, ?)`,
  )
  const add = db.prepare(
    `insert into learned_row (learner, grp, key, source, settings, count, kept, sum) values (?, ?, ?, ?, ?, 1, ?, ?)
     on conflict do update set count = count + 1, kept = kept + excluded.kept, sum = sum + excluded.sum`,
  )
  const keys = choosing.candidates(contextOf(0)).slice(0, 40)
  db.exec('begin')
  for (let n = 0; n < sessions; n++) {
    const context = contextOf(Math.floor(n / 3))
    const { key, settings } = keys[(n * 7) % keys.length]!
    const [levels, clip] = [choosing.levels(context), choosing.clip(context)!]
    const memory = memoryGroup(clip)
    const rows = groupsOf(levels, clip).map((group): LearnedRow => {
      const kept = group === memory ? 1 : 0
      return { group, key, source: 'own/0', settings: kept ? settings : null, count: 1, kept, sum: 600_000 }
    })
    lesson.run(learner, idOf(1, n), canonicalJson(rows), '{}')
    for (const { group, source, settings: used, kept, sum } of rows) {
      add.run(learner, group, key, source, used === null ? '' : canonicalJson(used), kept, sum)
    }
  }
  db.exec('commit')
  db.close()
}
