/**
 * HINDSIGHT_FLIPS (default 10000) flipped bits and torn ends over everything that is kept, from HINDSIGHT_SEED. TMPDIR=/dev/shm makes it
 * ten times as fast: each is put back, so what the disk does is not what is asked here.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { assertNoneServed, sumOf, tellSum } from './flip-sum.ts'

const flips = Number(process.env['HINDSIGHT_FLIPS'] ?? 10_000)
const seed = process.env['HINDSIGHT_SEED'] ?? 'flips'

test(`${flips} flipped bits and torn ends: none is served as good data (seed ${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-flips-'))
  try {
    const sum = await sumOf(folder, flips, seededRng(seed))
    console.log(tellSum(sum))
    assertNoneServed(sum)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
