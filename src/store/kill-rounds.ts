/** Kills a writing process at random moments and asks what survived. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Rng } from '#core/rng.ts'
import { openStore } from './open.ts'
import { startWriter } from './suite-children.ts'
import { contextOf, listOf } from './suite-rows.ts'

/** Enough to be writing whenever it is killed. */
const sessionsPerRound = 100_000

/**
 * Starts a writer, kills it with SIGKILL at a random moment, and adds what it had acknowledged to `acknowledged`.
 *
 * @param round no two rounds write the same sessions
 */
export async function killOnce(
  dataDir: string,
  round: number,
  rng: Rng,
  acknowledged: Map<string, string>,
): Promise<void> {
  const writer = startWriter(dataDir, round * sessionsPerRound, sessionsPerRound, 3_000)
  // Every other round it is killed while it certainly writes, however slow the machine; else from before the store is open.
  if (round % 2 === 1) while (writer.acknowledged.size === 0 && writer.process.exitCode === null) await wait(20)
  await wait(100 + rng.int(900))
  writer.process.kill('SIGKILL')
  assert.equal(await writer.ended, 'SIGKILL', writer.errors())
  for (const [id, hash] of writer.acknowledged) acknowledged.set(id, hash)
}

/** Every acknowledged session is there once and byte-equal, and the store is sound without any help. */
export async function assertSurvived(dataDir: string, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const store = await openStore(dataDir)
  try {
    const stored = await listOf(store.catalog.scan({}))
    const hashes = new Map(stored.map(({ id, hash }) => [id, hash]))
    assert.equal(hashes.size, stored.length, 'each session once')
    for (const [id, hash] of acknowledged) assert.equal(hashes.get(id), hash, `session ${id}`)
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
  } finally {
    await store.close()
  }
}
