import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type LogKind, makeLog } from './log.ts'

function lines(kind: LogKind) {
  const written: string[] = []
  const log = makeLog(
    kind,
    (line) => written.push(line),
    () => 0,
  )
  return { log, written }
}

function fileError(): unknown {
  try {
    return readFileSync('/home/ann/holiday.mp4')
  } catch (error) {
    return error
  }
}

describe('the log', () => {
  test('as JSON is one line for each event, whatever is in it', () => {
    const { log, written } = lines('json')
    log.event('info', 'request', { route: 'GET /x', note: 'a\nb "c"' })
    assert.equal(written.length, 1)
    assert.equal(written[0]?.indexOf('\n'), written[0]!.length - 1)
    assert.deepEqual(JSON.parse(written[0] ?? ''), {
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'request',
      route: 'GET /x',
      note: 'a\nb "c"',
    })
  })

  test('as JSON says where a bug is without naming a file of anybody', () => {
    const { log, written } = lines('json')
    log.bug('job', fileError(), { id: '7' })
    log.bug('job', new Error('x'.repeat(10_000)))
    assert.ok(!written.join('').includes('holiday') && !written.join('').includes('/home'))
    const [system, own] = written.map((line) => JSON.parse(line) as Record<string, string>)
    assert.deepEqual([system?.['code'], system?.['id'], system?.['message']], ['ENOENT', '7', undefined])
    assert.match(system?.['stack'] ?? '', /^(fs:\d+ < )*log\.test\.ts:\d+/)
    assert.equal(own?.['message']?.length, 301)
  })

  test('as text is for people: only what went wrong, with all that helps', () => {
    const { log, written } = lines('text')
    log.event('info', 'request', { route: 'GET /x' })
    assert.deepEqual(written, [])
    log.event('error', 'the store', { message: 'is full' })
    log.bug('POST /x', fileError())
    assert.equal(written[0], 'the store: is full\n')
    assert.match(written[1] ?? '', /^POST \/x: Error: ENOENT.*holiday\.mp4/)
  })

  test('switched off it writes nothing', () => {
    const { log, written } = lines('off')
    log.event('error', 'x')
    log.bug('x', new Error('y'))
    assert.deepEqual(written, [])
  })
})
