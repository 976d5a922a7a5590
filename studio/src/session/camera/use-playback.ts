import { useEffect, useRef, useState } from 'react'

export interface Playback {
  readonly frame: number
  readonly isPlaying: boolean
  go(frame: number): void
  toggle(): void
}

/** A frame number that runs at the clip's own speed, from the first frame to the last and around. */
export function usePlayback(first: number, last: number, fps: number): Playback {
  const [frame, setFrame] = useState(Math.floor((first + last) / 2))
  const [isPlaying, setPlaying] = useState(false)
  const from = useRef(frame)
  useEffect(() => {
    if (!isPlaying) return
    const start = performance.now()
    const base = from.current
    let request = 0
    const tick = (now: number) => {
      const passed = Math.max(0, now - start) * (fps / 1000)
      setFrame(first + ((base - first + passed) % (last - first + 1)))
      request = requestAnimationFrame(tick)
    }
    request = requestAnimationFrame(tick)
    return () => cancelAnimationFrame(request)
  }, [isPlaying, first, last, fps])
  return {
    frame: Math.min(last, frame),
    isPlaying,
    go(next) {
      setPlaying(false)
      setFrame(Math.min(last, Math.max(first, Math.round(next))))
    },
    toggle() {
      from.current = frame >= last ? first : frame
      setPlaying(!isPlaying)
    },
  }
}
