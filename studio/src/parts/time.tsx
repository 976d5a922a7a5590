import { useSyncExternalStore } from 'react'
import { sayAgo, sayTime } from '../data/say.ts'

// One clock for all times on the page: they tick together, twice a minute.
let nowMs = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  nowMs = Date.now()
  for (const listener of listeners) listener()
}, 30_000)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The page's clock, Unix milliseconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs)

/** "3 min ago", with the exact time in the title. */
export function Ago({ utc }: { utc: string }) {
  const now = useNow()
  return (
    <time dateTime={utc} title={`${sayTime(utc)} (${utc})`}>
      {sayAgo(utc, now)}
    </time>
  )
}
