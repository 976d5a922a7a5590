/** Kills whoever works on a store, migrates it, backs it up, or records into a spool, and asks what is left. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRecorder, diskSpool } from '#client/node.ts'
import type { Rng } from '#core/rng.ts'
import { openStore } from '#store/open.ts'
import { restore } from '#store/restore.ts'
import { contextOf, idOf, rowOf } from '#store/suite-rows.ts'
import type { ServerProcess } from '../../bench/server-process.ts'
import { type Acknowledged, assertKept } from './acknowledged.ts'

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** When a program is killed: some time after it said a word, or after its start. */
type Moment = { readonly word: string; readonly withinMs: number } | { readonly afterMs: number }

/** Runs a program and kills it. @returns the lines it said */
async function killed(path: string, args: readonly string[], rng: Rng, moment: Moment): Promise<readonly string[]> {
  const flags = ['--disable-warning=ExperimentalWarning', path, ...args]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const heard = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if ('word' in moment && said.includes(moment.word)) resolve()
    })
  })
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code))
  })
  if ('word' in moment) await Promise.race([heard, ended])
  await Promise.race([wait('word' in moment ? rng.int(moment.withinMs) : moment.afterMs), ended])
  child.kill('SIGKILL')
  const how = await ended
  assert.ok(how === 'SIGKILL' || ('afterMs' in moment && how === 0), `it ended with ${how}: ${errors}`)
  // A last line without its end was not said whole.
  return said.split('\n').slice(0, -1)
}

/** At times while it certainly works, however slow the machine; at times from when the store is open. */
const within = (rng: Rng, word: string): Moment => ({ word: rng.int(2) === 0 ? word : '"open"', withinMs: 800 })

const parse = (lines: readonly string[]): Acknowledged[] => lines.map((line) => JSON.parse(line) as Acknowledged)

/** Sessions, blobs, edits, journals and uploads. @returns how many acknowledgements were checked */
export async function killDoors(folder: string, round: number, rng: Rng): Promise<number> {
  const dataDir = join(folder, 'doors')
  const said = parse(
    await killed(program('busy-store.ts'), ['doors', dataDir, '', `${round}`], rng, within(rng, '"session"')),
  )
  await assertKept(dataDir, said)
  return said.length
}

/** What was said to be backed up restores to a sound store; what was cut short is no backup. */
export async function killBackup(folder: string, round: number, rng: Rng): Promise<number> {
  const dataDir = join(folder, 'backed-up')
  const target = join(folder, 'backups')
  const said = parse(
    await killed(program('busy-store.ts'), ['backup', dataDir, target, `${round}`], rng, within(rng, '"backup"')),
  )
  await assertKept(dataDir, [])
  const done = said.filter((one) => one.what === 'backup')
  const latest = done.at(-1)
  if (latest) {
    const restored = join(folder, 'restored')
    rmSync(restored, { recursive: true, force: true })
    assert.equal((await restore(latest.path, restored, contextOf())).sessions, latest.sessions)
    await assertKept(restored, [])
  }
  for (const name of existsSync(target) ? readdirSync(target) : []) {
    const isBackup = /Z-[0-9a-f]{6}$/.test(name) && existsSync(join(target, name, 'manifest.json'))
    if (!/Z-[0-9a-f]{6}$/.test(name) || isBackup) continue
    await assert.rejects(restore(join(target, name), join(folder, 'never'), contextOf()), { code: 'backup.invalid' })
  }
  return done.length
}

const release = program('../upgrade/0.1.0-migration-0003')
const told = JSON.parse(readFileSync(`${release}.json`, 'utf8')) as {
  readonly sessions: number
  readonly edits: number
}

/** The data of the release before, while this one takes them over. @returns whether the migration had ended before */
export async function killMigration(folder: string, rng: Rng): Promise<boolean> {
  const place = join(folder, 'upgrade')
  rmSync(place, { recursive: true, force: true })
  execFileSync('mkdir', [place])
  execFileSync('tar', ['-C', place, '-xzf', `${release}.tar.gz`])
  const dataDir = join(place, 'data')
  const before = readdirSync(join(dataDir, 'blobs'), { recursive: true }).length
  // From before the program has loaded to after it has migrated, on a machine that is as busy as it likes.
  const lines = await killed(program('busy-store.ts'), ['migrate', dataDir, '', '0'], rng, {
    afterMs: 150 + rng.int(1200),
  })
  await assertKept(dataDir, [])
  const store = await openStore(dataDir)
  try {
    const { sessions, edits } = await store.health()
    assert.deepEqual([sessions, edits], [told.sessions, told.edits])
    assert.equal(readdirSync(join(dataDir, 'blobs'), { recursive: true }).length, before)
    assert.deepEqual(await store.catalog.putSessions([rowOf(1)]), ['created'])
    assert.ok(await store.catalog.session(idOf(1)))
  } finally {
    await store.close()
  }
  return lines.length > 0
}

/** An application with a spool: the next one that opens the spool sends what it left. @returns how many runs it had said */
export async function killHost(server: ServerProcess, spool: string, rng: Rng): Promise<number> {
  const ids = (await killed(program('busy-host.ts'), [server.url, spool], rng, { word: '\n', withinMs: 800 })).map(
    (line) => JSON.parse(line) as string,
  )
  const next = createRecorder({
    base: server.url,
    host: { name: 'next', version: '1' },
    project: 'busy',
    spool: diskSpool(spool),
  })
  const { arrived, lost, waiting } = await next.flush({ timeoutMs: 60_000 })
  assert.deepEqual({ arrived, lost, waiting }, { arrived: true, lost: [], waiting: 0 })
  await next.close()
  for (const id of ids) {
    const answer = await fetch(`${server.url}/api/v1/sessions/${id}`)
    assert.equal(answer.status, 200, `run ${id}`)
    const { media } = (await answer.json()) as { readonly media: readonly { readonly sha256: string }[] }
    for (const { sha256 } of media) assert.equal((await fetch(`${server.url}/api/v1/blobs/${sha256}`)).status, 200)
  }
  return ids.length
}
