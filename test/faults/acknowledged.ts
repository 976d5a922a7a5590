/** What a program said was safe before it was killed, and whether it still is. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Fault } from '#core/faults.ts'
import type { Store } from '#core/store.ts'
import { openStore } from '#store/open.ts'
import { chunksOf, contextOf, listOf, sha256 } from '#store/suite-rows.ts'

export type Acknowledged =
  | { readonly what: 'open' }
  | { readonly what: 'session'; readonly id: string; readonly hash: string; readonly blob: string }
  | { readonly what: 'edit'; readonly id: string; readonly session: string }
  | { readonly what: 'journal'; readonly id: string; readonly lines: number }
  | { readonly what: 'upload'; readonly id: string; readonly n: number; readonly offset: number }
  | { readonly what: 'blob'; readonly sha256: string }
  | { readonly what: 'backup'; readonly path: string; readonly sessions: number }

export const partBytes = 40_000
const uploadLength = 200_000

/** The n-th upload: bytes that no other one has. */
export function uploadBytes(n: number): Buffer {
  const seed = createHash('sha256').update(`upload ${n}`).digest()
  return Buffer.concat(Array.from({ length: Math.ceil(uploadLength / 32) }, (_, i) => xored(seed, i))).subarray(
    0,
    uploadLength,
  )
}

const xored = (seed: Buffer, i: number): Buffer => {
  const block = Buffer.from(seed)
  block.writeUInt32LE(i, 0)
  return block
}

export const uploadOf = (n: number): string => `00000000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`

/** In a few chunks, as they come from a wire. */
export const partsOf = (bytes: Buffer): readonly Buffer[] => [bytes.subarray(0, 10_000), bytes.subarray(10_000)]

/** Everything said is there byte by byte, half an upload goes on from where it stands, and the store is sound. */
export async function assertKept(dataDir: string, said: readonly Acknowledged[]): Promise<void> {
  const store = await openStore(dataDir)
  try {
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    for (const one of said) await assertOne(store, one)
    for (const [id, n] of new Map(said.flatMap((one) => (one.what === 'upload' ? [[one.id, one.n]] : [])))) {
      await goOn(store, id, n)
    }
  } finally {
    await store.close()
  }
}

async function assertOne(store: Store, one: Acknowledged): Promise<void> {
  if (one.what === 'session') {
    const stored = await store.catalog.session(one.id)
    assert.equal(stored?.hash, one.hash, `session ${one.id}`)
    assert.equal(sha256(stored?.body ?? ''), one.hash)
    await listOf(store.blobs.open(one.blob))
  } else if (one.what === 'edit') {
    const ids = (await store.catalog.edits(one.session)).map(({ id }) => id)
    assert.ok(ids.includes(one.id), `edit ${one.id}`)
  } else if (one.what === 'journal') {
    const ops = await store.journals.read(one.id)
    assert.deepEqual(
      ops.slice(1, one.lines + 1),
      Array.from({ length: one.lines }, (_, i) => ({ op: 'set', path: `/outcome/line${i + 1}`, value: i + 1 })),
    )
  } else if (one.what === 'upload') {
    const upload = await store.uploads.get(one.id)
    assert.ok(upload && upload.offset >= one.offset, `upload ${one.id} stands at ${upload?.offset}`)
  } else if (one.what === 'blob') {
    await listOf(store.blobs.open(one.sha256))
  }
}

/** The hash of the whole tells whether what was kept of it are the bytes that were sent. */
async function goOn(store: Store, id: string, n: number): Promise<void> {
  const upload = await store.uploads.get(id)
  if (!upload || upload.result !== null) return
  const bytes = uploadBytes(n)
  const append = () => store.uploads.append(id, upload.offset, chunksOf(bytes.subarray(upload.offset)))
  // A lock whose owner was killed before it wrote its name in holds until it is old: ten seconds.
  for (let tries = 1; ; tries++) {
    const busy = await append().then(
      () => null,
      (error: unknown) =>
        error instanceof Fault && error.code === 'upload.busy' && tries < 15 ? error : Promise.reject(error),
    )
    if (busy === null) break
    await setTimeout(1000)
  }
  await store.uploads.finish(id, async (whole) => ({ ...(await whole.keepAsBlob()) }))
  assert.equal(sha256(Buffer.concat(await listOf(store.blobs.open(sha256(bytes))))), sha256(bytes))
}
