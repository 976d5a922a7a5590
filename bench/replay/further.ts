/** Further tries on the table: the default first, then what promises to add most, the best by the pipeline's own score kept. */
import { defaultKey, furtherGroup } from '#core/learnable.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import type { ClipMemory } from '#learn/choice/clip-memory.ts'
import { remember } from '#learn/choice/clip-memory.ts'
import { type Cells, quantised, type Tally } from '#learn/choice/evidence.ts'
import { addedBy, furtherTries } from '#learn/choice/further.ts'
import { type ArenaClip, learnable, mean, worth } from './arena.ts'
import { shuffled } from './sessions.ts'

/** As the pipeline has it: from this score on nothing more is tried. */
export const sure = 0.9
const current = 'own/0'

export interface FieldRow {
  readonly key: string
  /** Clips on which it was tried. */
  readonly tries: number
  /** Clips whose best it was. */
  readonly kept: number
  /** Of what it added to the best before it, in millionths. */
  readonly sum: number
}

/** Settings that add most to each other: each is the one that raises the mean of the best most, after those before it. */
export function fieldOf(clips: readonly ArenaClip[], places: number): readonly FieldRow[] {
  const best = new Map(clips.map((clip) => [clip.name, worth(clip, defaultKey)]))
  const rows: FieldRow[] = []
  const keys = (clips[0]?.candidates ?? []).map(({ key }) => key).filter((key) => key !== defaultKey)
  const gain = (clip: ArenaClip, key: string) => Math.max(0, worth(clip, key) - best.get(clip.name)!)
  while (rows.length < Math.min(places, keys.length)) {
    const left = keys.filter((key) => !rows.some((row) => row.key === key))
    const means = left.map((key) => mean(clips.map((clip) => gain(clip, key))))
    const key = left[means.indexOf(Math.max(...means))]!
    const gains = clips.map((clip) => gain(clip, key))
    const sum = gains.reduce((total, one) => total + quantised(one), 0)
    rows.push({ key, tries: clips.length, kept: gains.filter((one) => one > 0).length, sum })
    for (const [i, clip] of clips.entries()) best.set(clip.name, best.get(clip.name)! + gains[i]!)
  }
  return rows
}

/** As cells of a learner that comes with them. */
export const cellsOf = (rows: readonly FieldRow[]): Cells =>
  new Map([
    [
      furtherGroup('all'),
      new Map(rows.map(({ key, tries, sum }) => [key, new Map([['shipped', { count: tries, sum }]])])),
    ],
  ])

export interface Tried {
  /** What is kept. */
  readonly key: string
  /** In the order they were made, the default first. */
  readonly runs: readonly string[]
}

/** @param further in the order in which they are tried */
export function tried(clip: ArenaClip, further: readonly string[]): Tried {
  const score = (key: string) => clip.cells.get(key)?.score ?? 0
  let best = defaultKey
  const runs = [defaultKey]
  for (const key of further) {
    if (score(best) >= sure) break
    if (!clip.cells.has(key)) continue
    runs.push(key)
    if (score(key) > score(best)) best = key
  }
  return { key: best, runs }
}

export function promising(cells: Cells, clip: ArenaClip, places: number, rng: Rng): readonly string[] {
  const keys = clip.candidates.map(({ key }) => key)
  const levels = learnable.levels(clip.situation)
  return furtherTries(cells, levels, keys, { places, rng }).map(({ key }) => key)
}

/** Sessions with further tries on training clips, drawn again and again, each time as a clip that nobody has seen. */
export function learnTries(
  clips: readonly ArenaClip[],
  perKind: number,
  places: number,
  seed: string,
  cells: Cells,
): Cells {
  const rng = seededRng(`${seed} further`)
  const kinds = [...Map.groupBy(clips, ({ kind }) => kind).values()]
  for (let round = 0; round < perKind; round++) {
    for (const own of shuffled(kinds, rng)) {
      const clip = own[rng.int(own.length)]!
      const { runs } = tried(clip, promising(cells, clip, places, rng))
      const memory: ClipMemory = new Map()
      for (const key of runs) {
        const value = worth(clip, key)
        const added = addedBy(memory, clip.name, key, value)
        if (added !== null) count(cells, learnable.levels(clip.situation), key, quantised(added))
        remember(memory, { clip: clip.name, key, settings: {}, value, kept: true })
      }
    }
  }
  return cells
}

function count(cells: Cells, levels: readonly string[], key: string, sum: number): void {
  for (const level of levels) {
    const group = furtherGroup(level)
    const settings = cells.get(group) ?? new Map<string, Map<string, Tally>>()
    const sources = settings.get(key) ?? new Map<string, Tally>()
    const before = sources.get(current) ?? { count: 0, sum: 0 }
    sources.set(current, { count: before.count + 1, sum: before.sum + sum })
    cells.set(group, settings.set(key, sources))
  }
}
