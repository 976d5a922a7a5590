/**
 * Writes what the sessions of a replay have shown as the evidence that the program comes with.
 *
 *   node bench/replay/ship.ts [--table FILE] [--out src/domains/camera/learning/shipped.json]
 *
 * Each is valued with the truth's verdict in place of the program's own, as where a person says whether the camera is right. Only
 * clips of which every setting was run count, so that no setting is known by easier clips than another.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { defaultKey } from '#core/learnable.ts'
import { prefixes } from '#domains/camera/learning/levels.ts'
import type { ShippedEvidence, ShippedFile } from '#domains/camera/learning/shipped.ts'
import { arenaOf, learnable, worth } from './arena.ts'
import { readTable } from './table.ts'

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'bench/replay/table.jsonl' },
    out: { type: 'string', default: 'src/domains/camera/learning/shipped.json' },
  },
})

const arena = arenaOf(readTable(values.table), 'person')
const rows = new Map<string, ShippedEvidence>()
for (const clip of arena) {
  // Small drawn clips speak for their own class: what is used on other footage they must not sway.
  for (const level of learnable.levels(clip.situation).filter((name) => name !== prefixes.all)) {
    for (const { key } of clip.candidates) {
      const name = `${level}\n${key}`
      const before = rows.get(name) ?? { engine: 'embedded', level, key, sessions: 0, kept: 0, sum: 0 }
      const sum = before.sum + Math.round(1e6 * worth(clip, key))
      rows.set(name, { ...before, sessions: before.sessions + 1, kept: before.kept + 1, sum })
    }
  }
}
const evidence = [...rows.values()].toSorted(
  (a, b) =>
    a.level.localeCompare(b.level) ||
    Number(b.key === defaultKey) - Number(a.key === defaultKey) ||
    a.key.localeCompare(b.key),
)
const file: ShippedFile = {
  format: 'hindsight-shipped-evidence',
  version: 1,
  about: `Each of 48 settings on ${arena.length} drawn clips of 30 frames, judged by the truth: bench/replay.`,
  evidence,
}
// One row a line, so that a change shows what changed.
const { evidence: _, ...head } = file
const lines = evidence.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
writeFileSync(values.out, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "evidence": [\n${lines}\n  ]\n}\n`)
process.stderr.write(`${evidence.length} rows of ${arena.length} clips\n`)
