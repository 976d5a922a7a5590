/** Numbers, sizes and times in words. Times are shown in the reader's zone; the title attribute has the UTC original. */

const count = new Intl.NumberFormat('en')
const twoDigits = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

export const sayCount = (n: number): string => count.format(n)

/** "1 session", "2 sessions". */
export const sayMany = (n: number, one: string, many = `${one}s`): string =>
  `${count.format(n)} ${n === 1 ? one : many}`

export function sayBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let at = 0
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000
    at++
  }
  return `${at === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2)} ${units[at]}`
}

export function sayDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** At most four significant digits, for figures of any size; unknown is a dash. */
export function sayFigure(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined) return '–'
  const size = Math.abs(value)
  const text = size !== 0 && size < 0.01 ? value.toPrecision(2) : twoDigits.format(value)
  return unit === '' ? text : `${text} ${unit}`
}

export function sayPercent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${Math.round(share * 100)} %`
}

export const sayDay = (utc: string): string => dayOnly.format(new Date(utc))
export const sayTime = (utc: string): string => dateTime.format(new Date(utc))

const steps = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [7 * 86_400, 'day', 86_400],
] as const

/** "3 min ago"; a date once it is over a week old. */
export function sayAgo(utc: string, nowMs: number): string {
  const seconds = Math.round((new Date(utc).getTime() - nowMs) / 1000)
  // The page's clock ticks twice a minute, so what just happened may seem to lie ahead of it.
  if (seconds > -10 && seconds < 60) return 'just now'
  const step = steps.find(([below]) => Math.abs(seconds) < below)
  if (!step) return dayOnly.format(new Date(utc))
  const [, unit, size] = step
  return relative.format(Math.trunc(seconds / size), unit)
}
