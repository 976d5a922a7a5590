import { useEffect, useState } from 'react'
import type { Live } from '#http/contract.ts'
import { noLiveTracks, withMoment, type LiveTracks } from './live-tracks.ts'
import { watchLive } from './track-api.ts'

export interface LiveJob {
  /** The newest moment; null before the first. */
  readonly now: Live | null
  readonly tracks: LiveTracks
  /** All warnings so far, each once. */
  readonly warnings: readonly string[]
}

const nothing: LiveJob = { now: null, tracks: noLiveTracks, warnings: [] }
const retryMs = 1500

/** Follows a running job's tracks. The job's own events say when it ends, so a broken line here is only mended. */
export function useLive(job: string | null): LiveJob {
  const [held, setHeld] = useState({ job, live: nothing })
  useEffect(() => {
    if (job === null) return
    const stop = new AbortController()
    const follow = async () => {
      for await (const moment of watchLive(job, stop.signal)) {
        setHeld((before) => ({ job, live: after(before.job === job ? before.live : nothing, moment) }))
      }
    }
    let timer = 0
    const run = () => {
      follow().catch(() => {
        if (!stop.signal.aborted) timer = window.setTimeout(run, retryMs)
      })
    }
    run()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [job])
  return held.job === job ? held.live : nothing
}

function after({ tracks, warnings }: LiveJob, now: Live): LiveJob {
  const { warning } = now
  const isNew = warning !== null && !warnings.includes(warning)
  return { now, tracks: withMoment(tracks, now), warnings: isNew ? [...warnings, warning] : warnings }
}
