// The camera part of the sample project: really recorded, and what a newcomer sees first, so it must hold together.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { AnySession } from '#core/session.ts'
import { camera } from './camera.ts'

const folder = fileURLToPath(new URL('../../../sample/camera/', import.meta.url))
const sessions = readFileSync(`${folder}sessions.ndjson`, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as AnySession)

test('every session passes the schema', () => {
  for (const session of sessions) assert.deepEqual(camera.schema.safeParse(session).error?.issues, undefined)
})

test('there is good and bad, and every second attempt names the first', () => {
  const statuses = new Set(sessions.map((session) => session.outcome.status))
  assert.deepEqual([...statuses].sort(), ['failed', 'partial', 'succeeded'])
  const ids = new Set(sessions.map((session) => session.id))
  assert.equal(ids.size, sessions.length)
  for (const session of sessions) {
    assert.equal(session.context['attempt'] === 2, session.parent !== null)
    assert.ok(session.parent === null || ids.has(session.parent))
  }
  const groups = new Set(sessions.flatMap((session) => camera.samples(session, []).map((sample) => sample.group)))
  assert.equal(groups.size, sessions.length / 2)
})

test('the pictures are those the sessions name, and no others', () => {
  const named = new Map(sessions.flatMap((session) => session.media.map((media) => [media.sha256, media])))
  const files = readdirSync(`${folder}media`)
  assert.deepEqual(files.map((file) => file.split('.')[0]).sort(), [...named.keys()].sort())
  for (const file of files) {
    const bytes = readFileSync(`${folder}media/${file}`)
    assert.equal(`${createHash('sha256').update(bytes).digest('hex')}.jpg`, file)
    assert.equal(bytes.length, named.get(file.slice(0, 64))?.bytes)
  }
})

test('it stays small enough to come with every clone', () => {
  const bytes = readFileSync(`${folder}sessions.ndjson`).length
  assert.ok(bytes < 600_000, `${bytes} bytes`)
})
