import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Sha256 } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import type { VersionDiff } from './diff.ts'
import { merkleTree, nextVersion, versionBump, versionHash } from './version.ts'

const sha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex')

// Leaves and roots with which implementations of Certificate Transparency (RFC 6962) are tested.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** MTH of RFC 6962, section 2.1, by its letter: the oracle. */
function byTheLetter(data: readonly Buffer[]): string {
  const [only] = data
  if (only === undefined) return sha256(Buffer.alloc(0))
  if (data.length === 1) return sha256(Buffer.concat([Buffer.of(0), only]))
  const half = 2 ** (Math.ceil(Math.log2(data.length)) - 1)
  const [left, right] = [byTheLetter(data.slice(0, half)), byTheLetter(data.slice(half))]
  return sha256(Buffer.concat([Buffer.of(1), Buffer.from(left, 'hex'), Buffer.from(right, 'hex')]))
}

test('the tree gives the known roots, and can be asked after every leaf', () => {
  const tree = merkleTree(sha256)
  assert.equal(tree.root(), roots[0])
  for (const [i, leaf] of leaves.entries()) {
    tree.add(Buffer.from(leaf, 'hex'))
    assert.equal(tree.root(), roots[i + 1])
  }
})

test('property: the tree is that of RFC 6962 for any number of leaves', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), (data) => {
      const tree = merkleTree(sha256)
      for (const leaf of data) tree.add(leaf)
      assert.equal(tree.root(), byTheLetter(data.map((leaf) => Buffer.from(leaf))))
    }),
  )
})

const item = fc.record({
  hash: fc.constantFrom('a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)),
  split: fc.constantFrom<SplitName>('train', 'val', 'test'),
})

test('property: two versions have one hash only when they hold the same items in the same parts and order', () => {
  const items = fc.array(item, { maxLength: 5 })
  fc.assert(
    fc.property(items, items, (a, b) => {
      assert.equal(versionHash(a, sha256) === versionHash(b, sha256), JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

test('the hash of a version is what docs/spec.md says, and never changes', () => {
  const items = [
    { hash: 'a'.repeat(64), split: 'train' as const },
    { hash: 'b'.repeat(64), split: 'test' as const },
  ]
  assert.equal(
    versionHash(items, sha256),
    byTheLetter([Buffer.from(`train ${'a'.repeat(64)}`), Buffer.from(`test ${'b'.repeat(64)}`)]),
  )
})

const same: VersionDiff = {
  before: 9,
  after: 9,
  added: 0,
  removed: 0,
  changed: 0,
  moved: 0,
  annotations: { added: 0, removed: 0, moved: 0, relabelled: 0, restated: 0 },
  labels: { added: [], removed: [] },
  shapes: { added: [], removed: [] },
  examples: { added: [], removed: [], changed: [], moved: [] },
}

test('classes and shapes are major, samples minor, corrections patches', async () => {
  const cases: readonly (readonly [Partial<VersionDiff>, ReturnType<typeof versionBump>, string])[] = [
    [{}, null, '1.2.4'],
    [{ changed: 3 }, 'patch', '1.2.4'],
    [{ added: 1, changed: 3 }, 'minor', '1.3.0'],
    [{ removed: 1 }, 'minor', '1.3.0'],
    [{ moved: 1 }, 'minor', '1.3.0'],
    [{ added: 1, labels: { added: ['menu'], removed: [] } }, 'major', '2.0.0'],
    [{ labels: { added: [], removed: ['menu'] } }, 'major', '2.0.0'],
    [{ changed: 1, shapes: { added: ['polygon'], removed: [] } }, 'major', '2.0.0'],
  ]
  for (const [change, bump, version] of cases) {
    const diff = { ...same, ...change }
    assert.equal(versionBump(diff), bump)
    assert.equal(await nextVersion('1.2.3', () => Promise.resolve(diff)), version)
  }
})

test('the first version is 1.0.0 and is compared with nothing; a number that is none is refused', async () => {
  assert.equal(await nextVersion(null, () => assert.fail('compared')), '1.0.0')
  for (const version of ['1.0', 'v1.0.0', '1.0.0-rc1', '']) {
    await assert.rejects(
      nextVersion(version, () => Promise.resolve(same)),
      /dataset.invalid/,
    )
  }
})
