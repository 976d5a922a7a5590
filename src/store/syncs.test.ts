/** The order of system calls behind an acknowledgement, as docs/spec.md demands it, seen from outside the process. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from '#test/needs.ts'
import { blobPath, dataPaths } from './data-dir.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

interface Call {
  readonly startedAt: number
  readonly returnedAt: number
  readonly text: string
}

/** Reads `strace -f -y -ttt -T`; the two halves of a call that another thread interrupted are joined. */
function readTrace(text: string): readonly Call[] {
  const begun = new Map<string, { readonly startedAt: number; readonly text: string }>()
  const calls: Call[] = []
  for (const line of text.split('\n')) {
    const [, pid = '', time = '', rest = ''] = /^(\d+)\s+(\d+\.\d+) (.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, { startedAt: Number(time), text: rest.replace(/ *<unfinished \.\.\.>$/, '') })
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
    const start = resumed === undefined ? { startedAt: Number(time), text: '' } : begun.get(pid)
    const tookSeconds = /<(\d+\.\d+)>$/.exec(rest)?.[1]
    if (!start || tookSeconds === undefined) continue
    const whole = start.text + (resumed ?? rest)
    calls.push({ startedAt: start.startedAt, returnedAt: start.startedAt + Number(tookSeconds), text: whole })
  }
  return calls.sort((a, b) => a.startedAt - b.startedAt)
}

const strace = needs('strace')

describe('what is acknowledged has reached the disk', strace, () => {
  let folder: Folder
  let calls: readonly Call[]
  before(() => {
    folder = makeFolderOf('syncs')
    const trace = join(folder.path, 'trace')
    const kinds = 'trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,pwrite64'
    const program = fileURLToPath(new URL('./suite-sequence.ts', import.meta.url))
    const args = [
      '-f',
      '-y',
      '-ttt',
      '-T',
      '-s',
      '200',
      '-e',
      kinds,
      '-o',
      trace,
      process.execPath,
      program,
      folder.data,
    ]
    const child = spawnSync(strace.path, args, { encoding: 'utf8' })
    assert.equal(child.status, 0, child.stderr)
    calls = readTrace(readFileSync(trace, 'utf8'))
  })
  after(() => folder.remove())

  /** What was said, and when. */
  const said = (kind: string) =>
    calls.flatMap(({ text, startedAt }) => {
      const name = new RegExp(`^write\\(1<[^>]*>, "${kind} ([0-9a-f-]+)`).exec(text)?.[1]
      return name === undefined ? [] : [{ name, at: startedAt }]
    })

  const isSync = (call: Call, path: string) =>
    /^f(data)?sync\(/.test(call.text) && call.text.includes(`<${path}>)`) && call.text.includes(' = 0')

  /** A sync of the path that began after `from` and was done before `to`. */
  const synced = (path: string, from: number, to: number) =>
    calls.some((call) => isSync(call, path) && call.startedAt >= from && call.returnedAt <= to)

  test('a blob: its file before the name, its folders before the reply', () => {
    const blobs = said('blob')
    assert.equal(blobs.length, 3)
    for (const { name, at } of blobs) {
      const home = blobPath(dataPaths(folder.data).blobs, name)
      const rename = calls.find(
        ({ text }) => text.startsWith('rename') && text.includes(`"${home}"`) && text.includes(' = 0'),
      )
      const part = /"([^"]+\.part)"/.exec(rename?.text ?? '')?.[1]
      assert.ok(rename && part, `a rename to ${home}`)
      const lastWrite = calls.filter(({ text }) => /^p?write/.test(text) && text.includes(`<${part}>`)).at(-1)
      assert.ok(lastWrite, 'the bytes were written')
      assert.ok(synced(part, lastWrite.returnedAt, rename.startedAt), 'the file was synced before it got its name')
      for (let path = dirname(home); path.startsWith(folder.data) && path !== folder.data; path = dirname(path)) {
        assert.ok(synced(path, rename.returnedAt, at), `${path} was synced before the reply`)
      }
    }
  })

  test('a session: the WAL, after the last write to it and before the reply', () => {
    const wal = `${dataPaths(folder.data).catalog}-wal`
    let previous = 0
    const sessions = said('session')
    assert.equal(sessions.length, 3)
    for (const { at } of sessions) {
      const writes = calls.filter(
        ({ text, startedAt }) =>
          text.startsWith('pwrite64(') && text.includes(`<${wal}>`) && startedAt > previous && startedAt < at,
      )
      const last = writes.at(-1)
      assert.ok(last, 'the transaction was written')
      assert.ok(synced(wal, last.returnedAt, at), 'the WAL was synced before the reply')
      previous = at
    }
  })

  test('a journal: its file and its folder when it is opened, its file at each line', () => {
    const { journals } = dataPaths(folder.data)
    for (const { name, at } of said('opened')) {
      const link = calls.find(
        ({ text }) => text.startsWith('link') && text.includes(`"${join(journals, name)}.journal"`),
      )
      const part = /"([^"]+\.part)"/.exec(link?.text ?? '')?.[1]
      assert.ok(link && part, 'the journal got its name')
      assert.ok(synced(part, 0, link.startedAt), 'the file was synced before it got its name')
      assert.ok(synced(journals, link.returnedAt, at), 'the folder was synced before the reply')
    }
    const appended = said('appended')
    assert.equal(appended.length, 3)
    for (const { name, at } of appended) {
      const path = join(journals, `${name}.journal`)
      const last = calls.filter(({ text }) => /^p?write/.test(text) && text.includes(`<${path}>`)).at(-1)
      assert.ok(last, 'the line was written')
      assert.ok(synced(path, last.returnedAt, at), 'the line was synced before the reply')
    }
  })
})
