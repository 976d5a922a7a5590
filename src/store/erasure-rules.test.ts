import assert from 'node:assert/strict'
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { JsonObject } from '#core/json.ts'
import type { Store } from '#core/store.ts'
import { dataPaths } from './data-dir.ts'
import { erasureRules } from './erasure-rules.ts'
import { openStore } from './open.ts'
import { datasetOf, sampleOf, versionOf } from './samples-suite.ts'
import { contextOf, editOf, idOf, putText, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const person = 'p-0123456789abcdef0123'
const marker = 'zebramarker'
const erased = [1, 2, 3].map(idOf)
const stays = idOf(9)

describe('erasure, table by table', () => {
  let folder: Folder
  let store: Store
  beforeEach(async () => {
    folder = makeFolderOf('erasure-rules')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  const catalog = () => new DatabaseSync(dataPaths(folder.data).catalog)
  const tables = (db: DatabaseSync) =>
    db
      .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`)
      .all()
      .map(({ name }) => String(name))

  test('every table of the catalog says what an erasure does in it', () => {
    const db = catalog()
    assert.deepEqual(tables(db), Object.keys(erasureRules).sort())
    for (const [table, rule] of Object.entries(erasureRules)) {
      if (rule.type !== 'mentions') continue
      const columns = new Set(
        db
          .prepare(`pragma table_info(${table})`)
          .all()
          .map(({ name }) => name),
      )
      for (const column of [...rule.key, ...rule.columns]) assert.ok(columns.has(column), `${table}.${column}`)
    }
    db.close()
  })

  test('nothing of a person stays in any table or file, and all else does', async () => {
    const blobs = await plantSessions(store)
    plantTexts(catalog())
    const file = join(folder.data, 'archives', 'old.archive')
    await store.archives.create({ query: { to: rowAt(2) } }, file, { graceMs: -60_000 }, contextOf())
    plantFiles(folder, blobs[0]!)
    const db = catalog()
    const kept = new Map(
      tables(db).map((table) => [table, Number(db.prepare(`select count(*) as n from ${table}`).get()?.['n'])]),
    )
    for (const [table, rule] of Object.entries(erasureRules)) {
      if (rule.type !== 'kept') assert.ok(kept.get(table)! > 0, `plant something in ${table}`)
    }
    db.close()
    const words = [
      marker,
      person,
      ...erased,
      ...blobs,
      ...blobs.map((sha) => Buffer.from(sha, 'hex').toString('latin1')),
    ]
    for (const word of [marker, person, erased[0]!, erased[1]!, blobs[0]!]) {
      assert.ok(filesWith(folder.data, word).length > 0, `${word} was not planted`)
    }

    const receipt = await store.forget({ contributor: person }, 'owner', contextOf())
    assert.equal(receipt.sessions, 3)
    assert.deepEqual(receipt.archives.rewritten, [file])
    for (const word of words) assert.deepEqual(filesWith(folder.data, word), [], word)

    assert.ok(await store.catalog.session(stays))
    assert.equal((await store.catalog.edits(stays)).length, 1)
    assert.deepEqual((await store.datasets.versions('p', 'd'))[0]?.labels, ['stays'])
    assert.equal((await store.jobs.get('job-other'))?.state, 'succeeded')
    assert.equal(await store.jobs.get('job-1'), null)
    assert.match(JSON.stringify(await store.preference('planted')), /"stays"/)
    assert.deepEqual(
      (await store.verify({ repair: false }, contextOf())).faults.map(({ fault }) => fault.message),
      [],
    )
  })

  test('a receipt tells the truth until something comes back, or the paper is changed', async () => {
    await plantSessions(store)
    const receipt = toJson(await store.forget({ contributor: person }, 'owner', contextOf()))
    const { ok, checks } = await store.checkReceipt(receipt)
    assert.deepEqual([ok, checks.length], [true, 7])
    assert.equal((await store.checkReceipt({ ...receipt, sessions: 4 })).ok, false)
    await assert.rejects(store.checkReceipt({ ...receipt, id: 'other' }), { code: 'receipt.invalid' })
    await assert.rejects(store.checkReceipt('paper'), { code: 'receipt.invalid' })
    const isBroken = async () => (await store.checkReceipt(receipt)).checks.filter((check) => check.ok === false).length
    await store.setPreference('x', { of: erased[0]! })
    assert.equal(await isBroken(), 1)
    const db = catalog()
    db.exec(`update session set id = '${erased[1]}', contributor = '${person}' where id = '${stays}'`)
    assert.equal(await isBroken(), 3)
    db.exec(`delete from tombstone`)
    assert.equal(await isBroken(), 1)
    db.close()
  })

  test('what comes late of an erased person is refused, what begins after is a new run', async () => {
    await store.catalog.putSessions([rowOf(1, { contributor: 'ann' }), rowOf(2, { contributor: 'ben' })])
    await store.forget({ contributor: 'ann' }, 'owner', contextOf())
    const late = rowOf(3, { contributor: 'ann' })
    const after = rowOf(4, { contributor: 'ann', recordedAtMs: Date.now() + 1000 })
    const long = rowOf(5, { contributor: 'ann' }, { text: 'x'.repeat(300_000) })
    assert.deepEqual(await store.catalog.putSessions([late, after, rowOf(6, { contributor: 'ben' }), long]), [
      'forgotten',
      'created',
      'created',
      'forgotten',
    ])
    assert.deepEqual(await store.blobs.missing([long.hash]), [long.hash])
  })

  test('a name that is also a common word is erased where it names a contributor, and nowhere else', async () => {
    await store.catalog.putSessions([rowOf(1, { contributor: 'camera' })])
    const query = { contributor: 'camera', domain: 'camera' as const }
    await store.catalog.putQuery({ name: 'theirs', project: 'p', query, createdAt: '2026-11-20T00:00:00Z' })
    await store.setPreference('rules', { domain: 'camera', query: 'domain=camera&contributor=camera', by: query })
    await store.forget({ contributor: 'camera' }, 'owner', contextOf())
    assert.deepEqual(await store.catalog.queries('p'), [])
    const { domain, query: text, by } = (await store.preference('rules')) as Record<string, string>
    assert.equal(domain, 'camera')
    assert.match(text ?? '', /^domain=camera&contributor=erased-[0-9a-f]{12}$/)
    assert.match(JSON.stringify(by), /^\{"contributor":"erased-[0-9a-f]{12}","domain":"camera"\}$/)
  })
})

const toJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject

const rowAt = (n: number) => new Date(rowOf(n).recordedAtMs).toISOString()

/** Three sessions of the person, one of them long, and one of somebody else. @returns hashes of their own blobs */
async function plantSessions(store: Store): Promise<readonly string[]> {
  const blobs: string[] = []
  for (const n of [1, 2, 3]) {
    const own = await putText(store.blobs, `${marker} picture ${n} `.repeat(500))
    blobs.push(own)
    const about = { contributor: person, searchText: `${marker}word`, facets: [{ key: 'l', text: `${marker}label` }] }
    const row = rowOf(
      n,
      { ...about, media: [own], cover: own, summary: marker },
      { text: marker.repeat(n === 3 ? 40_000 : 5) },
    )
    await store.catalog.putImport({
      id: `import-${n}`,
      project: 'p',
      at: '2026-11-20T00:00:00Z',
      principal: 'o',
      layout: 'x',
      source: 's',
      mode: 'merge',
      sessions: 1,
      edits: 0,
      backup: null,
    })
    await store.catalog.putSessions([row], `import-${n}`)
    await store.catalog.putEdits([editOf(n, idOf(n), { after: marker })])
    await store.samples.putFingerprints([{ sha256: own, hash: '0123456789abcdef' }])
    await store.samples.putSamples([{ session: idOf(n), samples: [sampleOf(`${marker}${n}`, [idOf(n)])] }])
  }
  await store.catalog.putSessions([rowOf(4, { contributor: person }), rowOf(9, { searchText: 'stays' })].slice(1))
  await store.catalog.putEdits([editOf(9, idOf(9))])
  await store.datasets.create(datasetOf('d'))
  const { version, items } = versionOf('d', '1.0.0', [`${marker}a`, `${marker}b`], [idOf(3)], blobs[2])
  const other = versionOf('d', '1.0.0', ['stays'], [idOf(9)])
  const all = [...items, ...other.items].sort((a, b) => (a.split === b.split ? 0 : a.split === 'train' ? -1 : 1))
  await store.datasets.commit(
    { ...version, items: 3, counts: { train: 2, val: 1, test: 0 }, labels: [`${marker}a`, 'stays'] },
    (async function* () {
      yield* all
    })(),
  )
  const note = {
    id: 'e1',
    at: '2026-11-20T00:00:00Z',
    principal: 'o',
    project: 'p',
    format: 'coco',
    target: 't',
    sessions: 1,
  }
  await store.datasets.noteExport({ ...note, what: JSON.stringify({ contributor: person }) }, [idOf(3)])
  await store.learned.pending('l', 'gui', 10)
  const row = { group: 'g', key: 'k', source: 'own', settings: null, count: 1, kept: 1, sum: 5 }
  const lesson = { session: idOf(3), project: 'p', source: 'own', about: { marker }, rows: [row] }
  await store.learned.commit('l', { revision: 0, head: { pending: [[idOf(1), 1]] }, learn: lesson })
  await store.learned.passOver('l', [idOf(2)], marker)
  await store.journals.open({ op: 'open', session: { id: idOf(8), contributor: person, marker } })
  return blobs
}

/** Names the person and the sessions in every table that is looked through. */
function plantTexts(db: DatabaseSync): void {
  const text = JSON.stringify({ contributor: person, sessions: erased, edit: editOf(1, null).id, other: 'stays' })
  const planted = JSON.stringify(text)
  db.exec('pragma secure_delete = on')
  const put = (sql: string, ...values: readonly (string | number)[]) => db.prepare(sql).run(...values)
  put(`insert into setting (key, value) values ('preference.planted', ?)`, text)
  put(`update import set body = json_set(body, '$.planted', ?)`, text)
  put(`update version set body = json_set(body, '$.note', ?)`, planted)
  put(`update dataset set body = json_set(body, '$.planted', ?)`, text)
  put(`insert into document values ('p', 'model.json', ?)`, text)
  put(`insert into saved_query values ('p', 'theirs', ?)`, text)
  put(`insert into receipt values ('r', 0, ?)`, text)
  put(
    `insert into quarantine (at, what, key, note, body) values (0, 'session', ?, ?, cast(? as blob))`,
    idOf(1),
    marker,
    marker,
  )
  put(`insert into sent_blob select 'p', sha, 0 from session_media`)
  put(`insert into audit values (null, 0, 'owner', 'local', 'read', 'p', ?, 'done')`, idOf(2))
  put(
    `insert into schedule values ('retention', 'daily', 'UTC', ?, null, null, 0, 'owner')`,
    `{"query":"contributor=${person}"}`,
  )
  put(`insert into webhook values ('w', 'https://example.org', 0, null, '[]', 's', 0, 0, null, null)`)
  put(
    `insert into webhook_delivery values (null, 'x', 'w', 'e', ?, 0, 'done', 1, 0, 0, null, null, ?)`,
    text,
    `got ${idOf(1)}`,
  )
  for (const [id, params] of [
    ['job-1', text],
    ['job-other', '{"other":"stays"}'],
  ] as const) {
    put(
      `insert into job values (?, 'export', 'p', 'o', ?, 'succeeded', 'null', 'null', 'null', 'null', 0, 1, null, null, 0, 0, 0)`,
      id,
      params,
    )
  }
  db.close()
}

/** What crashes and repairs leave beside the catalog. */
function plantFiles({ data }: Folder, sha256: string): void {
  const { tmp, quarantine } = dataPaths(data)
  const long = new Date(Date.now() - 3_600_000)
  const part = join(tmp, `${'a'.repeat(24)}.part`)
  writeFileSync(part, marker)
  utimesSync(part, long, long)
  writeFileSync(join(tmp, `gc-${sha256}`), marker)
  writeFileSync(join(quarantine, `${'b'.repeat(64)}.1`), marker)
  writeFileSync(join(quarantine, `${'b'.repeat(64)}.1.json`), JSON.stringify({ path: 'x', sessions: [idOf(2)] }))
}

/** Files of the data directory that hold a word anywhere, whatever the case. */
function filesWith(folder: string, word: string): readonly string[] {
  const wanted = word.toLowerCase()
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) => path.toLowerCase().includes(wanted) || readFileSync(path, 'latin1').toLowerCase().includes(wanted),
    )
}
