/**
 * Writes what the sessions of a replay have shown as what the program comes with: that nothing replaces the default, with its
 * interval, and which settings add most as further tries.
 *
 *   node bench/replay/ship.ts [--table FILE] [--out src/domains/camera/learning/shipped.json]
 *
 * Only clips of which every setting was run count, so that no setting is known by easier clips than another.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { defaultKey } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import type { ShippedFile } from '#domains/camera/learning/shipped.ts'
import { type ArenaClip, arenaOf, mean, worth } from './arena.ts'
import { fieldOf } from './further.ts'
import { readTable } from './table.ts'

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'bench/replay/table.jsonl' },
    out: { type: 'string', default: 'src/domains/camera/learning/shipped.json' },
  },
})

/** As many as the learner may order; those beyond add next to nothing. */
const places = 8
const samples = 2000

const arena = arenaOf(readTable(values.table))
const lead = (key: string) => (clip: ArenaClip) => worth(clip, key) - worth(clip, defaultKey)
const others = (arena[0]?.candidates ?? []).map(({ key }) => key).filter((key) => key !== defaultKey)
const leads = others.map((key) => mean(arena.map(lead(key))))
const next = others[leads.indexOf(Math.max(...leads))]!
const digits = (value: number) => Number(value.toFixed(4))

const file: ShippedFile = {
  format: 'hindsight-shipped-evidence',
  version: 2,
  about: `The default and ${others.length} other settings, each on ${arena.length} drawn clips of 30 frames: bench/replay, docs/measurements-replay.md.`,
  found: [
    {
      engine: 'embedded',
      clips: arena.length,
      sessions: arena.reduce((sum, { candidates }) => sum + candidates.length, 0),
      recommended: defaultKey,
      value: digits(mean(arena.map((clip) => worth(clip, defaultKey)))),
      next: { key: next, lead: digits(Math.max(...leads)), interval: leadOfBest() },
    },
  ],
  further: fieldOf(arena, places).map((row) => ({ engine: 'embedded', ...row })),
}
writeFileSync(values.out, `${JSON.stringify(file, null, 2)}\n`)
process.stderr.write(`${file.further.length} settings of ${arena.length} clips\n`)

/** Of what is best in samples of clips on the clips that are not in the sample: choosing the best of many is lucky. */
function leadOfBest(): readonly [number, number] {
  const rng = seededRng('shipped')
  const found = Array.from({ length: samples }, () => {
    const drawn = arena.map(() => arena[rng.int(arena.length)]!)
    const held = arena.filter((clip) => !drawn.includes(clip))
    const means = others.map((key) => mean(drawn.map(lead(key))))
    return mean(held.map(lead(others[means.indexOf(Math.max(...means))]!)))
  }).toSorted((a, b) => a - b)
  return [digits(found[Math.floor(0.05 * samples)]!), digits(found[Math.floor(0.95 * samples)]!)]
}
