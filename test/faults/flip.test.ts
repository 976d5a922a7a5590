/** A few hundred flipped bits and torn ends; `flip.long.ts` does ten thousand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { assertNoneServed, sumOf } from './flip-sum.ts'

test('a flipped bit or a torn end of any file is named, or changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-flips-'))
  try {
    assertNoneServed(await sumOf(folder, 300, seededRng('a few')))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
