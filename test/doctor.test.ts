/** What `hindsight doctor` says when something is wrong. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Json } from '#core/json.ts'
import { diagnose, type Finding } from '#engine/doctor.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { processLog } from '#engine/log.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'
import { openStore } from '#store/open.ts'

const windows = process.platform === 'win32' && 'there are no POSIX rights'

/** A run whose matches say where, but not all how large. */
const run: Json = {
  id: '01994f7a-2d5e-7c31-8a44-000000000001',
  domain: 'gui',
  recordedAt: '2026-11-20T10:00:00Z',
  host: { name: 'robot' },
  context: { kind: 'run' },
  settings: { values: {} },
  outcome: { status: 'succeeded' },
  telemetry: {
    actions: [
      {
        id: 'a1',
        type: 'CLICK',
        matches: [
          { imageId: 'ok', found: true, location: { x: 1, y: 2 }, templateSize: { width: 9, height: 9 } },
          { imageId: 'cancel', found: true, location: { x: 1, y: 2 } },
          { imageId: 'help', found: false },
        ],
      },
    ],
  },
}

describe('doctor', () => {
  let dataDir: string
  let engine: Engine
  const ask = async (check: string, env: NodeJS.ProcessEnv = {}): Promise<Finding> => {
    const findings = await diagnose(engine, env, makeContext())
    const found = findings.find((finding) => finding.check === check)
    assert.ok(found, `no finding about ${check}`)
    return found
  }

  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'hindsight-doctor-')), 'data')
    engine = await openEngine({ dataDir, jobThreads: 0 })
  })
  afterEach(async () => {
    await engine.close()
    await rm(join(dataDir, '..'), { recursive: true })
  })

  test('tells how many matches give no box, and a run without screenshots', async () => {
    await recordSession(engine, run)
    const boxes = await ask('bounding boxes')
    assert.deepEqual([boxes.state, boxes.found.slice(0, 6)], ['warning', '1 of 2'])
    assert.equal((await ask('screenshots')).state, 'bad')
  })

  test('tells a data directory that others can read', { skip: windows }, async () => {
    assert.equal((await ask('permission')).state, 'good')
    await chmod(dataDir, 0o755)
    const finding = await ask('permission')
    assert.deepEqual([finding.state, finding.fix], ['warning', `chmod 700 ${dataDir}`])
  })

  test('tells which program decodes video, and a named one that is not there', async () => {
    // No PATH, so no ffmpeg: the package takes its place.
    assert.equal((await ask('video')).found, 'decoded by node-av')
    const finding = await ask('video', { HINDSIGHT_FFMPEG: join(dataDir, 'ffmpeg') })
    assert.equal(finding.state, 'warning')
    assert.match(finding.found, /cannot be run/)
  })

  test('tells a full disk, on which nothing new is taken', async () => {
    await engine.close()
    // To a store that wants this much to stay free, every disk is full.
    const store = await openStore(dataDir, { reserveBytes: Number.MAX_SAFE_INTEGER })
    engine = { dataDir, store, version: '0', log: processLog('off'), wake: () => {}, close: () => store.close() }
    assert.equal((await ask('storage full')).state, 'bad')
    await assert.rejects(recordSession(engine, run), { code: 'store.full', status: 507 })
  })
})
