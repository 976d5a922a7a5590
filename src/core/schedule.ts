/**
 * When something is due: "hourly at :15", "daily at 03:00", "weekly on sunday at 03:00", "monthly on day 1 at 03:00", in the
 * local time of a named zone. Pure: the moment is always given.
 *
 * A local time that a change of the clocks leaves out is taken as much later as the clocks were put forward; one that comes twice
 * is due at its first.
 */
import { brief, fault } from './faults.ts'

export interface When {
  readonly every: 'hour' | 'day' | 'week' | 'month'
  /** 0 to 59. */
  readonly minute: number
  /** 0 to 23; 0 for `hour`. */
  readonly hour: number
  /** Of a week 0 (Sunday) to 6, of a month 1 to 28; 0 for the others. */
  readonly day: number
}

export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const whenPattern =
  /^(?:(hourly) at :([0-5]\d)|(daily) at (T)|(weekly) on (D) at (T)|(monthly) on day (\d{1,2}) at (T))$/.source
    .replaceAll('T', '(?:[01]\\d|2[0-3]):[0-5]\\d')
    .replace('D', weekdays.join('|'))

/** @throws schedule.invalid */
export function parseWhen(text: string): When {
  const [, hourly, past, daily, dailyAt, weekly, weekday, weeklyAt, monthly, monthDay, monthlyAt] =
    new RegExp(whenPattern).exec(text.trim().toLowerCase().replaceAll(/\s+/g, ' ')) ?? []
  if (hourly) return { every: 'hour', minute: Number(past), hour: 0, day: 0 }
  if (daily) return { every: 'day', ...clock(dailyAt), day: 0 }
  if (weekly) return { every: 'week', ...clock(weeklyAt), day: weekdays.findIndex((name) => name === weekday) }
  const day = Number(monthDay)
  if (monthly && day >= 1 && day <= 28) return { every: 'month', ...clock(monthlyAt), day }
  throw fault('schedule.invalid', {
    expected:
      '"hourly at :15", "daily at 03:00", "weekly on sunday at 03:00" or "monthly on day 1 at 03:00" (day 1 to 28)',
    found: brief(text),
  })
}

function clock(text = ''): { readonly hour: number; readonly minute: number } {
  const [hour, minute] = text.split(':')
  return { hour: Number(hour), minute: Number(minute) }
}

/** As it is written: `parseWhen(tellWhen(when))` is `when`. */
export function tellWhen({ every, hour, minute, day }: When): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const at = `at ${two(hour)}:${two(minute)}`
  if (every === 'hour') return `hourly at :${two(minute)}`
  if (every === 'day') return `daily ${at}`
  return every === 'week' ? `weekly on ${weekdays[day]} ${at}` : `monthly on day ${day} ${at}`
}

/** The longest time from one to the next, milliseconds. */
export function intervalMs({ every }: When): number {
  return { hour: hourMs, day: dayMs, week: 7 * dayMs, month: 31 * dayMs }[every]
}

/**
 * The first moment after `afterMs` (Unix milliseconds) at which it is due.
 *
 * @param zone IANA name: "Europe/Berlin", "UTC"
 * @throws schedule.invalid for a zone that is not known
 */
export function nextTime(when: When, zone: string, afterMs: number): number {
  if (when.every === 'hour') return nextHour(when.minute, zone, afterMs)
  const today = Math.floor((afterMs + offsetMs(zone, afterMs)) / dayMs)
  // From yesterday, since a local day may begin before and end after the one of UTC; two months hold each day of a month.
  for (let day = today - 1; day < today + 63; day++) {
    if (!isDueOn(when, day)) continue
    const at = momentOf(zone, day * dayMs + when.hour * hourMs + when.minute * minuteMs)
    if (at > afterMs) return at
  }
  throw new Error(`no moment for ${tellWhen(when)}`)
}

/** @param localDay days since 1970 */
function isDueOn({ every, day }: When, localDay: number): boolean {
  const date = new Date(localDay * dayMs)
  if (every === 'week') return date.getUTCDay() === day
  return every === 'day' || date.getUTCDate() === day
}

function nextHour(minute: number, zone: string, afterMs: number): number {
  const from = Math.floor(afterMs / minuteMs) * minuteMs
  const now = Math.floor((from + offsetMs(zone, from)) / minuteMs) % 60
  const at = from + ((minute - now + 60) % 60) * minuteMs
  return at > afterMs ? at : at + hourMs
}

/** The moment of a local time, which is given as if it were one of UTC. */
function momentOf(zone: string, localMs: number): number {
  const before = offsetMs(zone, localMs - dayMs)
  const after = offsetMs(zone, localMs + dayMs)
  const fitting = [before, after].map((offset) => localMs - offset).filter((at) => at + offsetMs(zone, at) === localMs)
  return fitting.length > 0 ? Math.min(...fitting) : localMs - before
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How far local time is ahead of UTC at a moment, milliseconds. */
function offsetMs(zone: string, atMs: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(atMs / 1000) * 1000
}

/** Making one costs a hundred times as much as using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        calendar: 'iso8601',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch (cause) {
      const expected = 'a time zone such as "Europe/Berlin" or "UTC"'
      throw fault('schedule.invalid', { expected, found: brief(zone), where: 'zone', cause })
    }
    formats.set(zone, format)
  }
  return format
}

/**
 * When it is next due, given when it was thought to be. A clock that was wrong and was put back must not leave the next time
 * years ahead; but one that went back a little must not let the same time come twice.
 */
export function mendedNext(when: When, zone: string, nextMs: number, nowMs: number): number {
  const first = nextTime(when, zone, nowMs)
  const second = nextTime(when, zone, first)
  return nextMs > second ? first : nextMs
}
