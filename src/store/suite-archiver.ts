/**
 * A program that archives everything, brings it back, packs it, and begins again, until it is stopped. For tests that kill it.
 * Usage: node suite-archiver.ts DATA FOLDER ROUND
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from './open.ts'
import { contextOf, rowOf } from './suite-rows.ts'

const [dataDir = '', folder = '', round = '0'] = process.argv.slice(2)
const store = await openStore(dataDir)
writeSync(1, 'open\n')
for (let n = 0; n < 1000; n++) {
  const file = join(folder, `${round}-${n}.archive`)
  await store.archives.create({ query: {} }, file, { graceMs: -60_000 }, contextOf())
  writeSync(1, 'archived\n')
  // What rows are found by is no matter here.
  await store.archives.restore(file, null, () => rowOf(1), contextOf())
  writeSync(1, 'restored\n')
  await store.compact({ dryRun: false }, contextOf())
}
