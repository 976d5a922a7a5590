/** A store with something of everything, as bytes in memory, so that each file can be damaged and put back thousands of times. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { diskSpool } from '#client/node-spool.ts'
import { blobPath, dataPaths } from '#store/data-dir.ts'
import { openStore } from '#store/open.ts'
import { datasetOf, versionOf } from '#store/samples-suite.ts'
import { chunksOf, contextOf, editOf, idOf, putText, rowOf, sha256, startMs } from '#store/suite-rows.ts'

const sessions = 30

/** The n-th session, whose record says what the columns of its row say. */
const sessionOf = (n: number, media: readonly string[], text: string) =>
  rowOf(
    n,
    { media, searchText: `word ${n}`, facets: [{ key: 'n', number: n }], contributor: `contributor-${n % 3}` },
    {
      project: 'p',
      domain: 'gui',
      schemaVersion: 1,
      recordedAt: new Date(startMs + n * 3_600_000).toISOString(),
      host: { name: 'test', version: null },
      contributor: `contributor-${n % 3}`,
      parent: null,
      outcome: { status: 'succeeded' },
      text,
    },
  )

export interface FlipFixture {
  /** A closed store: its catalog holds everything. */
  readonly closed: string
  /** What a killed program leaves: everything is in the log of the catalog. */
  readonly killed: string
  readonly archive: string
  /** The folder of one backup; its blobs lie beside it. */
  readonly backup: string
  readonly spool: string
  /** A blob as it is, and one that is packed. */
  readonly blobs: readonly string[]
  readonly journal: string
  /** Hash of each session by id, in the order in which `killed` acknowledged them, one commit each. */
  readonly acknowledged: ReadonlyMap<string, string>
}

export async function makeFlipFixture(folder: string): Promise<FlipFixture> {
  const closed = join(folder, 'closed')
  const killed = join(folder, 'killed')
  const archive = join(folder, 'some.archive')
  const store = await openStore(closed, { writesInThread: false })
  const acknowledged = new Map<string, string>()
  const journal = idOf(900)
  const plain = await putText(store.blobs, 'a picture that is small')
  const packed = (await store.blobs.put(chunksOf('frame 1 x 2 y 3\n'.repeat(4000)))).sha256
  for (let n = 0; n < sessions; n++) {
    const row = sessionOf(n, n % 5 === 0 ? [plain, packed] : [], 'x'.repeat(n === 7 ? 270_000 : 40 * n))
    await store.catalog.putSessions([row])
    acknowledged.set(row.id, row.hash)
  }
  cpSync(closed, killed, { recursive: true })
  await store.catalog.putEdits([editOf(1, idOf(3)), editOf(2, idOf(4)), editOf(3, null)])
  await store.datasets.create(datasetOf('d'))
  const { version, items } = versionOf('d', '1.0.0', ['a', 'b', 'c', 'd'], [idOf(0), idOf(1)])
  await store.datasets.commit(version, chunksOfItems(items))
  for (const id of ['1', '2', '3']) await store.consent.append(consentLine(id))
  await store.journals.open({ op: 'open', session: { id: journal } })
  for (let n = 0; n < 20; n++) await store.journals.append(journal, [{ op: 'set', path: `/outcome/n${n}`, value: n }])
  await store.compact({ dryRun: false }, contextOf())
  await store.archives.create({ query: { contributor: 'contributor-2' } }, archive, { graceMs: -60_000 }, contextOf())
  const backup = (await store.backup(join(folder, 'backups'), contextOf())).path
  await store.close()
  const spool = await makeSpool(join(folder, 'spool'))
  const { blobs } = dataPaths(closed)
  return {
    closed,
    killed,
    archive,
    backup,
    spool,
    blobs: [blobPath(blobs, plain), blobPath(blobs, packed)],
    journal: join(dataPaths(closed).journals, `${journal}.journal`),
    acknowledged,
  }
}

async function* chunksOfItems<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items
}

const consentLine = (id: string) =>
  ({
    id,
    at: '2026-11-20T00:00:00Z',
    principal: 'o',
    project: 'p',
    contributor: `contributor-${id}`,
    session: null,
    decision: 'granted',
    scopes: ['train'],
    text: null,
  }) as const

/** A spool that a program left, with five entries and a medium. */
async function makeSpool(folder: string): Promise<string> {
  const spool = diskSpool(folder)
  await spool.open()
  for (let n = 0; n < 5; n++) {
    const { id, body } = sessionOf(n, [], 'y'.repeat(200 * n))
    const medium = `medium ${n} `.repeat(50)
    const media = new Map([[sha256(medium), new Blob([medium])]])
    await spool.add({ kind: 'session', id, text: body, media: [...media.keys()] }, media)
  }
  await spool.close()
  return folder
}

/** Every file below a folder, by its path from there. */
export function bytesOf(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path)]),
  )
}

/** Puts a file back, and takes away what SQLite made beside it. */
export function putBack(path: string, bytes: Uint8Array): void {
  for (const beside of ['-wal', '-shm', '-journal']) rmSync(path + beside, { force: true })
  writeFileSync(path, bytes)
}
