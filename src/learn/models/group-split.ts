/**
 * Splits by clip. Rows of one clip resemble each other, so a model that has seen some of them looks better on the others than
 * it is. Whether a clip is held out follows from the seed and its name, not from its place or from the other clips: one that
 * is held out today is, but for the rounding of the share, held out tomorrow with more clips beside it.
 */
import { seededRng } from '#core/rng.ts'
import { groupNumbers } from './table.ts'

/**
 * Holds out a share of the groups.
 *
 * @param groups of each row; absent: each row is its own group
 * @returns 1 for each row that is held out. With one group (or a share of 0) none is; with two or more, at least one group is
 * and at least one is not.
 */
export function groupSplit(
  groups: ArrayLike<string | number> | undefined,
  rowCount: number,
  share: number,
  seed: number | string,
): Uint8Array {
  const { numbers, names } = groupNumbers(groups, rowCount)
  const heldOut = new Uint8Array(rowCount)
  if (names.length < 2 || share <= 0) return heldOut
  const count = Math.min(names.length - 1, Math.max(1, Math.round(share * names.length)))
  const chosen = new Uint8Array(names.length)
  for (const group of shuffled(names, seed).slice(0, count)) chosen[group] = 1
  for (let row = 0; row < rowCount; row++) heldOut[row] = chosen[numbers[row]!]!
  return heldOut
}

/** Of each row the number of its fold, 0 to `folds` - 1; folds differ by one group at most. */
export function groupFolds(
  groups: ArrayLike<string | number> | undefined,
  rowCount: number,
  folds: number,
  seed: number | string,
): Int32Array {
  const { numbers, names } = groupNumbers(groups, rowCount)
  const foldOf = new Int32Array(names.length)
  shuffled(names, seed).forEach((group, rank) => {
    foldOf[group] = rank % folds
  })
  return numbers.map((group) => foldOf[group]!)
}

/** The groups' numbers in an order of their names and the seed alone. */
function shuffled(names: readonly string[], seed: number | string): number[] {
  const keyed = names.map((name, group) => ({ name, group, key: seededRng(`${seed} ${name}`).next() }))
  keyed.sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1))
  return keyed.map(({ group }) => group)
}
