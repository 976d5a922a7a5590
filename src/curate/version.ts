/** The number a dataset version should have; its identity is the root that `core/merkle.ts` computes. */
import { fault } from '#core/faults.ts'
import type { VersionDiff } from './diff.ts'

export { type MerkleTree, merkleTree, versionHash } from '#core/merkle.ts'

export type VersionBump = 'major' | 'minor' | 'patch'

/**
 * What sort of step the changes are; null when there are none.
 *
 * - major: classes or kinds of shape came or went, so a model or a loader may have to change;
 * - minor: samples came, went or changed their part, so scores cannot be compared number by number;
 * - patch: the same samples, with corrected labels or attributes.
 */
export function versionBump(diff: VersionDiff): VersionBump | null {
  const { labels, shapes } = diff
  if (labels.added.length + labels.removed.length + shapes.added.length + shapes.removed.length > 0) return 'major'
  if (diff.added + diff.removed + diff.moved > 0) return 'minor'
  return diff.changed > 0 ? 'patch' : null
}

/**
 * The number after `latest`; "1.0.0" for the first. Without any change it is the next patch.
 *
 * @param diff asked for only when there is a version to compare with
 * @throws dataset.invalid when `latest` is no semantic version
 */
export async function nextVersion(latest: string | null, diff: () => Promise<VersionDiff>): Promise<string> {
  if (latest === null) return '1.0.0'
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(latest)
  if (!match) throw fault('dataset.invalid', { expected: 'a version such as 1.2.0', found: latest, where: 'version' })
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number)
  const bump = versionBump(await diff())
  if (bump === 'major') return `${major + 1}.0.0`
  return bump === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
