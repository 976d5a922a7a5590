/** Many damages, and how many of them ended how. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Rng } from '#core/rng.ts'
import { makeFlipFixture } from './flip-fixture.ts'
import { FlipCampaign, type Target, type Verdict } from './flip-rounds.ts'

/** How often each is damaged, of twenty. */
const shares: Readonly<Record<Target, number>> = {
  catalog: 7,
  log: 3,
  blob: 3,
  journal: 2,
  archive: 2,
  backup: 1,
  spool: 2,
}

const turns = (Object.keys(shares) as Target[]).flatMap((target) => Array<Target>(shares[target]).fill(target))

/** By target and result: how often, and what was said how often. */
export type FlipSum = Record<Target, Record<Verdict['result'], Map<string, number>>>

export async function sumOf(folder: string, flips: number, rng: Rng): Promise<FlipSum> {
  const fixture = await makeFlipFixture(folder)
  const copies = join(folder, 'copies')
  mkdirSync(copies)
  const campaign = new FlipCampaign(fixture, copies)
  const sum = Object.fromEntries(
    turns.map((target) => [
      target,
      { named: new Map(), harmless: new Map(), torn: new Map(), unsealed: new Map(), silent: new Map() },
    ]),
  ) as FlipSum
  for (let i = 0; i < flips; i++) {
    const target = turns[i % turns.length] ?? 'catalog'
    const { result, what, file, bit, bytes } = await campaign.round(target, rng)
    sum[target][result].set(what, (sum[target][result].get(what) ?? 0) + 1)
    if (result === 'silent' && process.env['HINDSIGHT_TELL'] === '1') console.log({ i, target, what, file, bit, bytes })
  }
  return sum
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)

/** A line for each target. */
export function tellSum(sum: FlipSum): string {
  return (Object.keys(sum) as Target[])
    .map((target) => {
      const results = Object.entries(sum[target]).map(([result, counts]) => {
        const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([what, n]) => `${what} ${n}`)
        return `${total(counts)} ${result}${parts.length > 0 && parts[0] !== '' ? ` (${parts.join(', ')})` : ''}`
      })
      return `${target}: ${results.join('; ')}`
    })
    .join('\n')
}

export function assertNoneServed(sum: FlipSum): void {
  for (const target of Object.keys(sum) as Target[]) {
    assert.deepEqual([...sum[target].silent.keys()], [], target)
    assert.ok(total(sum[target].named) > 0, `${target}: nothing was found, so nothing was looked at`)
  }
}
