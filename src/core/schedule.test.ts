import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { intervalMs, mendedNext, nextTime, parseWhen, tellWhen } from './schedule.ts'

const at = (text: string) => Date.parse(text)
const next = (when: string, zone: string, after: string) =>
  new Date(nextTime(parseWhen(when), zone, at(after))).toISOString()

describe('when something is due', () => {
  test('is read as it is told, however it is spelled', () => {
    for (const text of ['hourly at :15', 'daily at 03:00', 'weekly on sunday at 23:59', 'monthly on day 28 at 00:00'])
      assert.equal(tellWhen(parseWhen(` ${text.toUpperCase().replaceAll(' ', '  ')} `)), text)
  })

  test('what is no time is refused', () => {
    for (const text of [
      '',
      'daily',
      'daily at 24:00',
      'daily at 3:00',
      'hourly at :60',
      'weekly on someday at 03:00',
      'monthly on day 31 at 03:00',
      'monthly on day 0 at 03:00',
      'daily at 03:00; rm',
    ])
      assert.throws(() => parseWhen(text), { code: 'schedule.invalid' }, text)
    assert.throws(() => nextTime(parseWhen('daily at 03:00'), 'Mars/Olympus', 0), { code: 'schedule.invalid' })
  })

  test('is after the moment, never at it', () => {
    assert.equal(next('daily at 03:00', 'UTC', '2026-11-21T03:00:00Z'), '2026-11-22T03:00:00.000Z')
    assert.equal(next('daily at 03:00', 'UTC', '2026-11-21T02:59:59.999Z'), '2026-11-21T03:00:00.000Z')
    assert.equal(next('hourly at :15', 'UTC', '2026-11-21T03:15:00Z'), '2026-11-21T04:15:00.000Z')
    assert.equal(next('weekly on sunday at 03:00', 'UTC', '2026-11-21T12:00:00Z'), '2026-11-22T03:00:00.000Z')
    assert.equal(next('monthly on day 1 at 03:00', 'UTC', '2026-11-01T03:00:00Z'), '2026-12-01T03:00:00.000Z')
  })

  test('is local: summer and winter, east and west of UTC, half hours', () => {
    assert.equal(next('daily at 03:00', 'Europe/Berlin', '2026-07-01T00:30:00Z'), '2026-07-01T01:00:00.000Z')
    assert.equal(next('daily at 03:00', 'Europe/Berlin', '2026-12-01T00:30:00Z'), '2026-12-01T02:00:00.000Z')
    assert.equal(next('daily at 01:00', 'Pacific/Auckland', '2026-07-01T12:30:00Z'), '2026-07-01T13:00:00.000Z')
    assert.equal(next('daily at 23:00', 'America/Los_Angeles', '2026-07-01T05:00:00Z'), '2026-07-01T06:00:00.000Z')
    assert.equal(next('hourly at :00', 'Asia/Kolkata', '2026-07-01T05:00:00Z'), '2026-07-01T05:30:00.000Z')
    // It is Sunday there while UTC has Saturday.
    assert.equal(next('weekly on sunday at 01:00', 'Asia/Tokyo', '2026-11-21T12:00:00Z'), '2026-11-21T16:00:00.000Z')
  })

  test('a time that the clocks leave out is due that much later, one that comes twice once', () => {
    // Berlin: 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00.
    assert.equal(next('daily at 02:30', 'Europe/Berlin', '2026-03-28T12:00:00Z'), '2026-03-29T01:30:00.000Z')
    assert.equal(next('daily at 02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'), '2026-03-30T00:30:00.000Z')
    assert.equal(next('daily at 02:30', 'Europe/Berlin', '2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z')
    assert.equal(next('daily at 02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z')
  })

  test('follows within its interval, in every zone, and each after the other', () => {
    const whens = ['hourly at :07', 'daily at 02:30', 'weekly on monday at 00:00', 'monthly on day 28 at 23:59'].map(
      parseWhen,
    )
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Africa/Casablanca', 'Asia/Kathmandu']
    fc.assert(
      fc.property(
        fc.constantFrom(...whens),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2032-01-01T00:00:00Z') }),
        (when, zone, after) => {
          const first = nextTime(when, zone, after)
          const second = nextTime(when, zone, first)
          assert.ok(first > after && second > first)
          // Two hours more, for where the clocks are changed.
          assert.ok(first - after <= intervalMs(when) + 7_200_000)
          assert.equal(nextTime(when, zone, first - 1), first)
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  test('a clock that was years ahead does not stop it, one that went back a little does not repeat it', () => {
    const when = parseWhen('daily at 03:00')
    const now = at('2026-11-21T02:30:00Z')
    assert.equal(mendedNext(when, 'UTC', at('2031-01-01T03:00:00Z'), now), at('2026-11-21T03:00:00Z'))
    assert.equal(mendedNext(when, 'UTC', at('2026-11-22T03:00:00Z'), now), at('2026-11-22T03:00:00Z'))
    assert.equal(mendedNext(when, 'UTC', at('2026-11-01T03:00:00Z'), now), at('2026-11-01T03:00:00Z'))
  })
})
