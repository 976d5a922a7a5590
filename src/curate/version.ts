/**
 * The identity of a dataset version, and the number it should have.
 *
 * A version is named by the root of a Merkle tree over its items, built as in RFC 6962 (Certificate Transparency),
 * section 2.1: leaves and nodes are hashed with different first bytes, so that no list of items can pass for another.
 */
import type { Sha256 } from '#core/context.ts'
import type { VersionItem } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { VersionDiff } from './diff.ts'

const leafPrefix = 0
const nodePrefix = 1

export interface MerkleTree {
  add(leaf: Uint8Array): void
  /** 64 hex digits; more leaves may be added afterwards. */
  root(): string
}

/** A tree that keeps only the roots of its complete parts: memory grows with the logarithm of the leaves. */
export function merkleTree(sha256: Sha256): MerkleTree {
  /** Roots of complete subtrees from left to right; their heights fall strictly. */
  const parts: { hash: string; height: number }[] = []
  return {
    add(leaf) {
      let part = { hash: sha256(joinBytes(leafPrefix, leaf)), height: 0 }
      for (let last = parts.at(-1); last?.height === part.height; last = parts.at(-1)) {
        part = { hash: nodeHash(last.hash, part.hash, sha256), height: part.height + 1 }
        parts.pop()
      }
      parts.push(part)
    },
    root() {
      if (parts.length === 0) return sha256(new Uint8Array())
      return parts.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right, sha256))
    },
  }
}

function nodeHash(left: string, right: string, sha256: Sha256): string {
  return sha256(joinBytes(nodePrefix, hexBytes(left), hexBytes(right)))
}

function joinBytes(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 1))
  bytes[0] = prefix
  let at = 1
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = hexDigit(hex, 2 * i) * 16 + hexDigit(hex, 2 * i + 1)
  return bytes
}

/** Written out, since parseInt on two characters at a time costs more than the hashing. */
function hexDigit(hex: string, at: number): number {
  const code = hex.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}

const encoder = new TextEncoder()

/**
 * The identity of a version: equal for equal samples in equal parts, in the order train, val, test, then sample id.
 * A leaf is the text `SPLIT HASH`, where the hash is that of the sample's canonical JSON, which holds its id and group.
 */
export function versionHash(items: Iterable<Pick<VersionItem, 'hash' | 'split'>>, sha256: Sha256): string {
  const tree = merkleTree(sha256)
  for (const { hash, split } of items) tree.add(encoder.encode(`${split} ${hash}`))
  return tree.root()
}

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
