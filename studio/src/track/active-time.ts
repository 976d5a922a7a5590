/** Time that a person really spends: it stops half a minute after the last thing they did, and while the page is hidden. */
import { useEffect, useState } from 'react'

const idleMs = 30_000

export interface ActiveTime {
  /** A person did something at `nowMs`. */
  touch(nowMs: number): void
  /** The page was hidden, or shown again: nothing counts until the next touch. */
  rest(nowMs: number): void
  activeMs(nowMs: number): number
  /** From the first touch on, pauses included. */
  wallMs(nowMs: number): number
  reset(): void
}

/** Times are milliseconds of one clock that only goes forward. */
export function createActiveTime(): ActiveTime {
  let begun: number | null = null
  let counted = 0
  let last: number | null = null
  const pending = (nowMs: number) => (last === null ? 0 : Math.min(idleMs, Math.max(0, nowMs - last)))
  return {
    touch(nowMs) {
      begun ??= nowMs
      counted += pending(nowMs)
      last = nowMs
    },
    rest(nowMs) {
      counted += pending(nowMs)
      last = null
    },
    activeMs: (nowMs) => counted + pending(nowMs),
    wallMs: (nowMs) => (begun === null ? 0 : Math.max(0, nowMs - begun)),
    reset() {
      begun = null
      counted = 0
      last = null
    },
  }
}

const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

/** Counts while the component is there and `isCounting`; begins anew with each `key`. */
export function useActiveTime(key: string, isCounting: boolean): ActiveTime {
  const [time] = useState(createActiveTime)
  useEffect(() => time.reset(), [time, key])
  useEffect(() => {
    if (!isCounting) return
    const touch = () => time.touch(performance.now())
    const rest = () => {
      if (document.hidden) time.rest(performance.now())
    }
    touch()
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true })
    document.addEventListener('visibilitychange', rest)
    return () => {
      for (const sign of signs) window.removeEventListener(sign, touch)
      document.removeEventListener('visibilitychange', rest)
    }
  }, [time, isCounting])
  return time
}
