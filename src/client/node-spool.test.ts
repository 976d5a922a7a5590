/** The spool on a disk: what a process leaves behind when it is killed, the next one has. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { diskSpool } from './node-spool.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-spool-'))
})
after(() => rm(dir, { recursive: true }))

const blob = new Blob(['bytes'])
const sha256 = 'ab'.repeat(32)
const entry = (id: string) => ({ kind: 'session' as const, id, text: `{"id":"${id}"}`, media: [sha256] })

test('entries of a process that was killed are taken over, in their order and with their bytes', async () => {
  const folder = join(dir, 'killed')
  const module = fileURLToPath(new URL('node-spool.ts', import.meta.url))
  const program = `
    const { diskSpool } = await import(${JSON.stringify(module)})
    const spool = diskSpool(${JSON.stringify(folder)})
    await spool.open()
    for (let i = 0; ; i++) {
      await spool.add({ kind: 'session', id: String(i), text: '{}', media: ['${sha256}'] }, new Map([['${sha256}', new Blob(['bytes'])]]))
      console.log(i)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  while (said.split('\n').length < 30) await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const acknowledged = said
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  // What a crash in the middle of a write leaves is no entry.
  const [left] = await readdir(folder)
  await writeFile(join(folder, left!, '99999999-session.json'), '{"kind":"sess')

  const spool = diskSpool(folder)
  const { entries } = await spool.open()
  const ids = (await spool.oldest(10_000)).map(({ id }) => id)
  assert.equal(ids.length, entries)
  assert.deepEqual(ids.slice(0, acknowledged.length), acknowledged)
  assert.ok(ids.length - acknowledged.length <= 1, 'at most the one that was not said yet')
  assert.equal(await (await spool.medium(sha256))?.text(), 'bytes')
  await spool.close()
})

test('a live process keeps its entries; one that closed leaves them to the next', async () => {
  const folder = join(dir, 'shared')
  const [one, two] = [diskSpool(folder), diskSpool(folder)]
  await one.open()
  await one.add(entry('a'), new Map([[sha256, blob]]))
  assert.equal((await two.open()).entries, 0)
  await two.add(entry('b'), new Map([[sha256, blob]]))
  await one.close()
  const third = diskSpool(folder)
  assert.equal((await third.open()).entries, 1)
  await third.add(entry('c'), new Map())
  assert.deepEqual(
    (await third.oldest(9)).map(({ id }) => id),
    ['a', 'c'],
  )
  await third.remove(await third.oldest(1))
  assert.equal(await (await third.medium(sha256))?.text(), 'bytes', 'another entry names it')
  const { entries, bytes } = await third.remove(await third.oldest(9))
  assert.deepEqual([entries, bytes], [0, 0])
  assert.equal(await third.medium(sha256), null)
  for (const spool of [two, third]) await spool.close()
})

test('a folder that cannot be written is told when it is opened', async () => {
  const path = join(dir, 'file')
  await mkdir(dir, { recursive: true })
  await writeFile(path, 'not a folder')
  await assert.rejects(diskSpool(path).open(), /ENOTDIR|EEXIST/)
})
