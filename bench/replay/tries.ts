/**
 * What further tries on the clip itself are worth: the default first, then settings that added most on other clips, the best by
 * the pipeline's own score kept. Each round of clips is unseen once. Prints the table of docs/measurements-replay.md.
 *
 *   node bench/replay/tries.ts [--table FILE] [--seeds 20] [--sessions 20]
 */
import { parseArgs } from 'node:util'
import { defaultKey } from '#core/learnable.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import { type ArenaClip, arenaOf, bestOn, mean, worth } from './arena.ts'
import { cellsOf, fieldOf, learnTries, promising, tried, type Tried } from './further.ts'
import { shuffled } from './sessions.ts'
import { readTable } from './table.ts'

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'bench/replay/table.jsonl' },
    seeds: { type: 'string', default: '20' },
    sessions: { type: 'string', default: '20' },
  },
})
const [seeds, perKind] = [Number(values.seeds), Number(values.sessions)]
const arena = arenaOf(readTable(values.table))
const folds = [0, 1, 2].map((round) => ({
  training: arena.filter((clip) => clip.round !== round),
  unseen: arena.filter((clip) => clip.round === round),
}))

/** A generator that never explores, to see what is known. */
const steady: Rng = { ...seededRng(0), next: () => 0.99 }

interface Result {
  readonly clip: ArenaClip
  readonly tried: Tried
}
/** What is tried on a clip after the default. */
type Tries = (clip: ArenaClip, rng: Rng) => readonly string[]

/** One for each seed, over all folds. */
const played = (make: (training: readonly ArenaClip[], seed: number) => Tries): readonly (readonly Result[])[] =>
  Array.from({ length: seeds }, (_, seed) =>
    folds.flatMap(({ training, unseen }) => {
      const tries = make(training, seed)
      const rng = seededRng(`tries ${seed}`)
      return unseen.map((clip) => ({ clip, tried: tried(clip, tries(clip, rng)) }))
    }),
  )

const closed = (all: readonly Result[]): number => {
  const gained = all.reduce((sum, { clip, tried: { key } }) => sum + worth(clip, key) - worth(clip, defaultKey), 0)
  const open = all.reduce((sum, { clip }) => sum + bestOn(clip) - worth(clip, defaultKey), 0)
  return gained / open
}

/** Nine of ten samples of clips, drawn with replacement: what other clips might have shown. */
function interval(bySeed: readonly (readonly Result[])[]): string {
  const rng = seededRng('bootstrap')
  const shares = Array.from({ length: 2000 }, (_, i) => {
    const all = bySeed[i % bySeed.length]!
    return closed(all.map(() => all[rng.int(all.length)]!))
  }).toSorted((a, b) => a - b)
  return `${percent(shares[100]!)} to ${percent(shares[1899]!)}`
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`
const line = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)

function row(name: string, make: Parameters<typeof played>[0]): void {
  const bySeed = played(make)
  const all = bySeed.flat()
  const cpu = (keys: readonly string[], { cells }: ArenaClip) =>
    keys.reduce((sum, key) => sum + cells.get(key)!.cpuS, 0)
  const total = mean(all.map(({ clip, tried: { runs } }) => cpu(runs, clip)))
  const alone = mean(all.map(({ clip }) => cpu([defaultKey], clip)))
  line(
    name,
    `${percent(mean(bySeed.map(closed)))} (${interval(bySeed)})`,
    mean(all.map(({ clip, tried: { key } }) => worth(clip, key))).toFixed(4),
    percent(mean(all.map(({ clip, tried: { key } }) => Number(clip.right.get(key) ?? false)))),
    mean(all.map(({ tried: { runs } }) => runs.length)).toFixed(2),
    (total / alone).toFixed(2),
    mean(all.map(({ clip, tried: { key } }) => Math.max(0, worth(clip, defaultKey) - worth(clip, key)))).toFixed(4),
  )
}

console.log(`${arena.length} clips, ${seeds} seeds\n`)
line('further tries', 'gap closed', 'value', 'right cameras', 'runs', 'processor time', 'lost a clip')
line('---', '---:', '---:', '---:', '---:', '---:', '---:')
row('none', () => () => [])
for (const places of [1, 2, 3, 4, 5]) {
  row(`${places} by what training clips have shown`, (training) => {
    const cells = cellsOf(fieldOf(training, 8))
    return (clip) => promising(cells, clip, places, steady)
  })
  row(`${places} at random`, () => (clip, rng) => {
    const keys = clip.candidates.map(({ key }) => key).filter((key) => key !== defaultKey)
    return shuffled(keys, rng).slice(0, places)
  })
}
row(`3, learned in ${perKind} sessions of each kind from nothing`, (training, seed) => {
  const cells = learnTries(training, perKind, 3, `${seed}`, new Map())
  return (clip, rng) => promising(cells, clip, 3, rng)
})
row(`3, from what training clips have shown and ${perKind} sessions`, (training, seed) => {
  const cells = learnTries(training, perKind, 3, `${seed}`, cellsOf(fieldOf(training, 8)))
  return (clip, rng) => promising(cells, clip, 3, rng)
})
console.log()
for (const { key, tries, kept, sum } of fieldOf(arena, 8)) {
  console.log(`${key}: adds ${(sum / 1e6 / tries).toFixed(4)} in the mean of ${tries}, on ${kept} of them`)
}
