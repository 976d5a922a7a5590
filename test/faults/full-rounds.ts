/** Fills a small disk at a random moment while somebody works on the store that lies on it, and makes room again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#core/faults.ts'
import type { Rng } from '#core/rng.ts'
import type { Store } from '#core/store.ts'
import { openStore } from '#store/open.ts'
import { chunksOf, contextOf, editOf, idOf, rowOf, sha256 } from '#store/suite-rows.ts'
import { type Acknowledged, assertKept, partBytes, uploadBytes, uploadOf } from './acknowledged.ts'

/** A disk of 64 MB in memory. @returns why there is none; false when there is */
export function mountSmall(path: string): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root to mount a small disk'
  mkdirSync(path, { recursive: true })
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', path], { encoding: 'utf8' })
  return status === 0 ? false : `cannot mount a small disk: ${stderr.trim()}`
}

export const unmount = (path: string): void => void spawnSync('umount', ['-l', path])

/** Takes every byte that is left, a page at a time in the end. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const size of [1_000_000, 4096]) {
      const bytes = Buffer.alloc(size, 1)
      try {
        while (writeSync(file, bytes) > 0) continue
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
      }
    }
  } finally {
    closeSync(file)
  }
}

export interface FullRound {
  readonly refused: number
  readonly acknowledged: number
}

/**
 * @param disk a small disk; whatever lies there is removed
 * @returns how many calls were refused while it was full, and how much was acknowledged before, meanwhile and after
 */
export async function fillOnce(disk: string, round: number, rng: Rng): Promise<FullRound> {
  const dataDir = join(disk, `data-${round}`)
  const filler = join(disk, 'filler')
  const said: Acknowledged[] = []
  const store = await openStore(dataDir, { reserveBytes: 0 })
  let refused = 0
  try {
    // Everything is under way when the disk becomes full, somewhere in it.
    const moment = rng.int(40)
    const working = Promise.all(doors.map((door, i) => goOnUntilRefused(store, door, i, said)))
    await new Promise((resolve) => setTimeout(resolve, moment))
    fill(filler)
    refused = (await working).length
    rmSync(filler)
    // There is room again: each of them goes on, in the same open store.
    for (const [i, door] of doors.entries()) await door(store, 50_000 + i, (one) => said.push(one))
  } finally {
    await store.close()
    rmSync(filler, { force: true })
  }
  await assertKept(dataDir, said)
  rmSync(dataDir, { recursive: true })
  return { refused, acknowledged: said.length }
}

type Door = (store: Store, n: number, say: (one: Acknowledged) => void) => Promise<void>

const doors: readonly Door[] = [
  async (store, n, say) => {
    const blob = (await store.blobs.put(chunksOf(Buffer.alloc(30_000, n % 251), String(n)))).sha256
    const row = rowOf(n, { media: [blob] }, { text: 'x'.repeat(n % 4 === 0 ? 270_000 : 3000) })
    await store.catalog.putSessions([row])
    say({ what: 'session', id: row.id, hash: row.hash, blob })
    const edit = editOf(n, row.id)
    await store.catalog.putEdits([edit])
    say({ what: 'edit', id: edit.id, session: row.id })
  },
  async (store, n, say) => {
    const id = idOf(n + 500_000)
    await store.journals.open({ op: 'open', session: { id } })
    for (let line = 1; line <= 5; line++) {
      await store.journals.append(id, [{ op: 'set', path: `/outcome/line${line}`, value: line }])
      say({ what: 'journal', id, lines: line })
    }
  },
  async (store, n, say) => {
    const [id, bytes] = [uploadOf(n), uploadBytes(n)]
    const hash = sha256(bytes)
    await store.uploads.create({
      id,
      kind: 'blob',
      bytes: bytes.length,
      sha256: hash,
      name: null,
      project: 'p',
      principal: `${n}`,
    })
    for (let offset = 0; offset < bytes.length; offset += partBytes) {
      const end = await store.uploads.append(id, offset, chunksOf(bytes.subarray(offset, offset + partBytes)))
      say({ what: 'upload', id, n, offset: end })
    }
    await store.uploads.finish(id, async (whole) => ({ ...(await whole.keepAsBlob()) }))
    say({ what: 'blob', sha256: hash })
  },
]

/** @returns the refusal, which has a name */
async function goOnUntilRefused(store: Store, door: Door, i: number, said: Acknowledged[]): Promise<Fault> {
  for (let n = 10_000 * i; ; n++) {
    try {
      await door(store, n, (one) => said.push(one))
    } catch (error) {
      assert.ok(error instanceof Fault, `refused without a name: ${String(error)}`)
      assert.equal(error.code, 'store.full')
      assert.equal(error.status, 507)
      return error
    }
  }
}

/** A backup onto a disk that becomes full is none, and the store does not mind. */
export async function fillBackup(disk: string, folder: string, rng: Rng): Promise<'refused' | 'made'> {
  const dataDir = join(folder, 'data')
  const target = join(disk, 'backups')
  const store = await openStore(dataDir, { reserveBytes: 0 })
  try {
    for (let n = 0; n < 20; n++) {
      const blob = (await store.blobs.put(chunksOf(Buffer.alloc(100_000, n)))).sha256
      await store.catalog.putSessions([rowOf(n, { media: [blob] })])
    }
    const made = store.backup(target, contextOf()).then(
      () => 'made' as const,
      (error: unknown) => {
        assert.ok(error instanceof Fault && error.code === 'store.full', String(error))
        return 'refused' as const
      },
    )
    await new Promise((resolve) => setTimeout(resolve, rng.int(60)))
    fill(join(disk, 'filler'))
    const result = await made
    rmSync(join(disk, 'filler'))
    assert.equal((await store.backup(target, contextOf())).sessions, 20)
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    return result
  } finally {
    await store.close()
    rmSync(target, { recursive: true, force: true })
    rmSync(dataDir, { recursive: true })
  }
}
