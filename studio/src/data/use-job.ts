import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isFinished } from '#client/client.ts'
import { api } from './client.ts'
import type { Job } from './types.ts'

/** Follows a job by its events until it ends; then whatever it may have changed is asked for again. */
export function useJob(start: Job | null): { readonly job: Job | null; readonly error: unknown } {
  const [job, setJob] = useState(start)
  const [error, setError] = useState<unknown>(null)
  const cache = useQueryClient()
  const id = start?.id ?? null
  const running = start !== null && !isFinished(start)

  useEffect(() => {
    setJob(start)
    setError(null)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only another job is a reason to begin anew
  }, [id])

  useEffect(() => {
    if (id === null || !running) return
    const stop = new AbortController()
    const follow = async () => {
      for await (const next of api.watchJob(id, { signal: stop.signal })) setJob(next)
      await cache.invalidateQueries()
    }
    follow().catch((cause: unknown) => {
      if (!stop.signal.aborted) setError(cause)
    })
    return () => stop.abort()
  }, [id, running, cache])

  // The list that the job came from may know of its end before its own events do.
  const isOver = start !== null && isFinished(start)
  return { job: isOver || job?.id !== id ? start : job, error }
}
