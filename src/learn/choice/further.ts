/**
 * What a setting adds as a further try at a clip: by how much it exceeded the best that the clip had so far, and nothing where
 * it did not. Tries at one clip are compared with each other, so that easy and hard clips, which differ far more than settings
 * do, cancel; and what is best of several is sought, so that a setting counts for where it saves what the others lose, not for
 * how well it does on the whole (choosing a portfolio by what each adds; Nemhauser, Wolsey and Fisher, 1978).
 *
 * Kept in the same cells as evidence, under groups of their own, so that it is saved and taken back in the same way. What
 * strangers sent is never among it, so all that is there counts in full.
 */
import { defaultKey, furtherGroup } from '#core/learnable.ts'
import type { Rng } from '#core/rng.ts'
import { type ClipMemory, keyOfName } from './clip-memory.ts'
import { type Cells, unit } from './evidence.ts'

/** In the value of a session: what is presumed to be added by a setting that was never a further try. */
const presumed = 0.002
/** Tries for which that counts, and what a level lends the one below it. */
const strength = 12
/** Share of the choices whose last place goes to a setting drawn from the rest, so that new ones are tried too. */
const exploring = 0.2

/**
 * How much a try adds to what was tried on the clip before it.
 *
 * @param clip null: not known, then nothing can be compared
 * @returns null where the try says nothing of that kind: it is the default, it was run on the clip before, or the default was not
 */
export function addedBy(memory: ClipMemory, clip: string | null, key: string, value: number): number | null {
  const known = clip === null ? undefined : memory.get(clip)
  if (known === undefined || key === defaultKey) return null
  const before = [...known].map(([name, { settings, count, sum }]) => ({
    key: keyOfName(name, settings),
    mean: sum / count / unit,
  }))
  if (!before.some((one) => one.key === defaultKey) || before.some((one) => one.key === key)) return null
  return Math.max(0, value - Math.max(...before.map(({ mean }) => mean)))
}

/** What is known of a setting as a further try. */
export interface Further {
  readonly key: string
  /** Expected to be added to the best, in the value of a session. */
  readonly added: number
  /** On footage of any kind. */
  readonly tries: number
}

/**
 * The settings that promise to add most, the most promising first; the last is now and then one that few know.
 *
 * @param levels of the situation, the most special first, the one that holds everything last; without the clip itself
 * @param keys what may be used; equal ones stay in this order
 */
export function furtherTries(
  cells: Cells,
  levels: readonly string[],
  keys: readonly string[],
  { places, rng }: { readonly places: number; readonly rng: Rng },
): readonly Further[] {
  const ranked = keys
    .filter((key) => key !== defaultKey)
    .map((key) => furtherOf(cells, levels, key))
    .toSorted((one, other) => other.added - one.added)
  const chosen = ranked.slice(0, places)
  const rest = ranked.slice(places)
  if (chosen.length === 0 || rest.length === 0 || rng.next() >= exploring) return chosen
  return [...chosen.slice(0, -1), rest[rng.int(rest.length)]!]
}

/** Each level lends the one below it what it knows (evidence.ts does so too), but never more than `strength` tries. */
function furtherOf(cells: Cells, levels: readonly string[], key: string): Further {
  let [added, tries] = [presumed, 0]
  for (const level of levels.toReversed()) {
    const sources = cells.get(furtherGroup(level))?.get(key)
    let [count, sum] = [0, 0]
    for (const tally of sources?.values() ?? []) {
      count += tally.count
      sum += tally.sum / unit
    }
    added = (sum + strength * added) / (count + strength)
    tries = Math.max(tries, count)
  }
  return { key, added, tries }
}
