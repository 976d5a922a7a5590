/** Archives and datasets that were changed byte by byte, through the door that imports take: a named refusal or the good rest. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pack } from 'tar-stream'
import { Fault } from '#core/faults.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { importPath, type ImportReport } from '#engine/import.ts'
import { openEngine } from '#engine/open.ts'
import { pictureOf, sessionOf, sha256 } from './authorisation-world.ts'

let folder = ''
let engine: Engine
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindsight-hostile-imports-'))
  for (const name of ['inbox', 'beside']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'beside', 'canary.txt'), 'untouched')
  engine = await openEngine({ dataDir: join(folder, 'data'), jobThreads: 0 })
})
after(async () => {
  await engine.close()
  await rm(folder, { recursive: true })
})

let count = 0
/** Imports bytes as a file of that name. @returns the report, or the fault that it was refused by; anything else is thrown */
async function bringIn(name: string, bytes: Uint8Array): Promise<ImportReport | Fault> {
  const path = join(folder, 'inbox', `${count++}-${name}`)
  await writeFile(path, bytes)
  const request = { project: 'p', path, name, mode: 'merge', layout: null, principal: 'owner' } as const
  try {
    return await importPath(engine, request, makeContext())
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  } finally {
    await rm(path)
  }
}

/** Nothing lies where nothing was put: beside the data folder all is as it was. */
async function checkCanary(): Promise<void> {
  assert.deepEqual((await readdir(folder)).sort(), ['beside', 'data', 'inbox'])
  assert.deepEqual(await readdir(join(folder, 'beside')), ['canary.txt'])
  assert.equal(await readFile(join(folder, 'beside', 'canary.txt'), 'utf8'), 'untouched')
  assert.deepEqual(await readdir(join(folder, 'inbox')), [])
}

const lineOf = (parts: object = {}) => JSON.stringify(sessionOf('alpha', { ...parts }))
const linesOf = (...lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''))

const badLines: Readonly<Record<string, (line: string) => string | Buffer>> = {
  'a number beyond doubles': (line) => line.replace('"model":', '"huge":1e400,"model":'),
  'a key that reaches the prototype': (line) => line.replace('"model":', '"__proto__":{"x":1},"model":'),
  'half a surrogate pair': (line) => line.replace('paint ', 'paint \\ud800'),
  'a thousand brackets': (line) => line.replace('"model":', `"deep":${'['.repeat(1000)}${']'.repeat(1000)},"model":`),
  'a list in place of an object': () => '[1,2,3]',
  'no JSON': () => '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
  'UTF-16': (line) => Buffer.from(line, 'utf16le'),
}

for (const [what, spoil] of Object.entries(badLines)) {
  test(`a line with ${what} is named, and the good rest is taken`, async () => {
    const [good, bad] = [linesOf(lineOf()), spoil(lineOf())]
    const report = await bringIn(
      'sessions.ndjson',
      Buffer.concat([good, Buffer.from(bad), Buffer.from('\n'), linesOf(lineOf())]),
    )
    assert.ok(!(report instanceof Fault), JSON.stringify(report))
    assert.equal(report.sessions.created, 2, JSON.stringify(report))
    const [first] = report.problems.first
    assert.match(String(first?.problem.code), /^(json|session|request|import)\./, JSON.stringify(report.problems))
    await checkCanary()
  })
}

test('a file with bytes that are no UTF-8 is refused by name, and nothing of it is taken', async () => {
  const line = lineOf()
  const answer = await bringIn('sessions.ndjson', Buffer.concat([linesOf(line), Buffer.from([0x7b, 0xff, 0xfe, 0x80])]))
  assert.ok(answer instanceof Fault && answer.kind === 'user', JSON.stringify(answer))
  const { id } = JSON.parse(line) as { readonly id: string }
  assert.equal(await engine.store.catalog.session(id), null)
  await checkCanary()
})

test('big integers and a byte order mark come in as they are', async () => {
  const line = lineOf().replace('"model":', '"big":9007199254740993123,"model":')
  const report = await bringIn('sessions.ndjson', Buffer.concat([Buffer.from('\ufeff'), linesOf(line)]))
  assert.ok(!(report instanceof Fault), JSON.stringify(report))
  assert.equal(report.sessions.created, 1, JSON.stringify(report.problems))
  const { id } = JSON.parse(line) as { readonly id: string }
  assert.match(String((await engine.store.catalog.session(id))?.body), /9007199254740993123/)
})

/** A tar of files, as `tar` would make it. */
async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack()
  for (const [name, data] of Object.entries(files)) archive.entry({ name }, data)
  archive.finalize()
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Buffer>))
}

/** A session with its picture, as it is moved between machines. */
async function moved(seed: number): Promise<Readonly<Record<string, string | Buffer>>> {
  const picture = await pictureOf(seed)
  const hash = sha256(picture)
  const medium = { sha256: hash, mediaType: 'image/png', bytes: picture.length, width: 8, height: 8 }
  const media = ['input', 'output'].map((role) => ({ role, ...medium }))
  return { 'sessions.ndjson': `${lineOf({ media })}\n`, [`media/${hash}.png`]: picture }
}

async function coco(): Promise<Readonly<Record<string, string | Buffer>>> {
  const annotation = { id: 1, image_id: 1, category_id: 1, bbox: [1, 1, 4, 4], area: 16, iscrowd: 0 }
  const images = [{ id: 1, file_name: 'a.png', width: 8, height: 8 }]
  const categories = [{ id: 1, name: 'button', supercategory: '' }]
  const text = JSON.stringify({ images, annotations: [annotation], categories })
  return { 'annotations/instances.json': text, 'images/a.png': await pictureOf(9) }
}

const seeds: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'sessions.ndjson': () => Promise.resolve(linesOf(lineOf(), lineOf(), lineOf())),
  'sessions.ndjson.gz': () => Promise.resolve(gzipSync(linesOf(lineOf(), lineOf()))),
  'sessions.tar': async () => tarOf(await moved(5)),
  'sessions.tar.gz': async () => gzipSync(await tarOf(await moved(6))),
  'coco.tar': async () => tarOf(await coco()),
}

const changes = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), to: fc.nat(255), cut: fc.nat(9) }),
  { minLength: 1, maxLength: 8 },
)
const tries = Number(process.env['HINDSIGHT_HOSTILE_TRIES'] ?? 60)

for (const [name, seed] of Object.entries(seeds)) {
  test(`${name}, changed anywhere, is refused by name or read as far as it is good`, async () => {
    const whole = await seed()
    const good = await bringIn(name, whole)
    assert.ok(!(good instanceof Fault) && good.sessions.created > 0, JSON.stringify(good))
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        let bytes = Uint8Array.from(whole)
        for (const { at, to, cut } of list) {
          const i = Math.floor(at * bytes.length)
          if (cut === 0 && i > 0) bytes = bytes.slice(0, i)
          else if (i < bytes.length) bytes[i] = to
        }
        const answer = await bringIn(name, bytes)
        if (answer instanceof Fault) assert.equal(answer.kind, 'user', answer.message)
      }),
      { numRuns: tries },
    )
    await checkCanary()
  })
}
