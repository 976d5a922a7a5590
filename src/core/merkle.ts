/**
 * The identity of a dataset version.
 *
 * A version is named by the root of a Merkle tree over its items, built as in RFC 6962 (Certificate Transparency),
 * section 2.1: leaves and nodes are hashed with different first bytes, so that no list of items can pass for another.
 */
import type { Sha256 } from './context.ts'
import type { VersionItem } from './dataset.ts'

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
