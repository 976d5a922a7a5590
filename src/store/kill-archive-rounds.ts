/** Kills a process that archives at random moments, and asks whether everything is in the store or in a whole file. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Rng } from '#core/rng.ts'
import { openStore } from './open.ts'
import { contextOf, editOf, idOf, listOf, putText, rowOf } from './suite-rows.ts'
import type { Folder } from './suite-store.ts'

const program = fileURLToPath(new URL('./suite-archiver.ts', import.meta.url))
const sessions = 60

/** How often a round ended with everything in the store, and how often with something in an archive. */
export interface KilledWhere {
  inStore: number
  inArchive: number
}

export async function killArchiving(folder: Folder, rounds: number, rng: Rng): Promise<KilledWhere> {
  const archives = join(folder.path, 'archives')
  mkdirSync(archives, { recursive: true })
  const expected = await fill(folder.data)
  const where: KilledWhere = { inStore: 0, inArchive: 0 }
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [program, folder.data, archives, `${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)))
    // Every other round it is killed once its file is whole, however slow the machine; else from its first word on.
    await heard(child.stdout, round % 2 === 1 ? 'archived' : 'open')
    await wait(rng.int(round % 2 === 1 ? 100 : 500))
    child.kill('SIGKILL')
    assert.equal(await ended, 'SIGKILL')
    await assertWhole(folder.data, expected, where)
  }
  return where
}

/** Resolves when a word was said, or all was. */
function heard(stream: NodeJS.ReadableStream, word: string): Promise<void> {
  let said = ''
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(word)) resolve()
    })
    stream.once('end', resolve)
  })
}

/** @returns the hash of each session by its id */
async function fill(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const store = await openStore(dataDir)
  try {
    const rows = []
    for (let n = 0; n < sessions; n++) {
      const media = [await putText(store.blobs, `picture ${n} `.repeat(3000)), await putText(store.blobs, 'shared')]
      rows.push(rowOf(n, { media }, { text: 'x'.repeat(n % 20 === 0 ? 300_000 : 1000) }))
    }
    await store.catalog.putSessions(rows)
    await store.catalog.putEdits([editOf(1, idOf(1)), editOf(2, idOf(2))])
    return new Map(rows.map(({ id, hash }) => [id, hash]))
  } finally {
    await store.close()
  }
}

/** Each session is in the store or in a file that checks out; and all of them come back. */
async function assertWhole(dataDir: string, expected: ReadonlyMap<string, string>, where: KilledWhere): Promise<void> {
  const store = await openStore(dataDir)
  try {
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    const live = new Map((await listOf(store.catalog.scan({}))).map(({ id, hash }) => [id, hash]))
    assert.equal(live.size + (await store.archives.count(null, null)), expected.size)
    if (live.size === expected.size) where.inStore++
    else where.inArchive++
    for (const archive of await store.archives.list()) {
      if (archive.archivedSessions > 0) await store.archives.restore(archive.path, null, () => rowOf(1), contextOf())
    }
    const back = new Map((await listOf(store.catalog.scan({}))).map(({ id, hash }) => [id, hash]))
    assert.deepEqual(back, expected)
    assert.equal((await store.catalog.edits(idOf(1))).length + (await store.catalog.edits(idOf(2))).length, 2)
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
  } finally {
    await store.close()
  }
}
