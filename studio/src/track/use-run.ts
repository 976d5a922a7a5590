import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isFinished } from '#client/client.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import type { Clip, SolveAgainResult, TrackResult } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { useJobs } from '../data/queries.ts'
import type { Job } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { changeParams, usePlace } from '../route/location.ts'
import { attemptsOf, usualAttempt } from './attempts.ts'
import type { ResultSource } from './track-api.ts'
import { useClipSessions, useWholeSession, useWholeSessions } from './track-api.ts'
import type { AttemptFacts } from './track-data.ts'

export interface Run {
  /** The job that runs, or that ended last while this page was open. */
  readonly job: Job | null
  readonly isRunning: boolean
  readonly error: unknown
  /** Where the result that is shown lies; null while there is none. */
  readonly source: ResultSource | null
  /** The recorded session that is shown. */
  readonly session: CameraSession | null
  /** Oldest first. */
  readonly attempts: readonly AttemptFacts[]
  /** Whether it is known yet if there are attempts. */
  readonly isKnown: boolean
}

/** What the address says is shown of a clip: a running job, a recorded attempt, or the newest good one. */
export function useRun(project: string, clip: Clip): Run {
  const { search } = usePlace()
  const { fingerprint } = clip
  const jobId = search.get('job')
  const chosen = search.get('session')
  const cache = useQueryClient()
  const { data: rows, isPending } = useClipSessions(project, fingerprint)
  const items = rows?.items ?? []
  const { sessions, isPending: isOnItsWay } = useWholeSessions(items)
  const isKnown = useOnce(!isPending && !isOnItsWay)
  const { data: asked, error: askError } = useQuery({
    queryKey: ['track', 'job', jobId],
    queryFn: ({ signal }) => api.call('GET /api/v1/jobs/{id}', { params: { id: jobId ?? '' } }, { signal }),
    enabled: jobId !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { job: followed, error: followError } = useJob(jobId === null ? null : (asked ?? null))
  const job = jobId === null ? null : followed
  const isRunning = job !== null && !isFinished(job)
  useRunningJob(project, fingerprint, jobId)

  const best = sessionMadeBy(job)
  useEffect(() => {
    if (best === null) return
    for (const queryKey of [['sessions'], ['track', 'summary'], ['clips'], ['projects']])
      void cache.invalidateQueries({ queryKey })
    changeParams({ job: null, session: best }, { replace: true })
  }, [best, cache])

  const attempts = attemptsOf(items, sessions)
  const usual = isOnItsWay ? null : usualAttempt(attempts)
  // What is shown stays shown when newer attempts come in: only a person, or the end of a run, goes elsewhere.
  useEffect(() => {
    if (chosen === null && jobId === null && usual !== null) changeParams({ session: usual }, { replace: true })
  }, [chosen, jobId, usual])
  const shown = chosen ?? usual
  const isJobs = job?.state === 'succeeded' && best === null
  const source: ResultSource | null = isJobs
    ? { from: 'job', id: job.id }
    : shown === null
      ? null
      : { from: 'session', id: shown }
  // It may be older than the attempts that are listed.
  const session = useWholeSession(source?.from === 'session' ? source.id : null)
  return {
    job,
    isRunning,
    error: askError ?? followError ?? (job?.state === 'failed' ? job.error : null),
    source: isRunning ? null : source,
    session,
    attempts: attempts.map((attempt) => ({ ...attempt, isKept: attempt.session === usual })),
    isKnown,
  }
}

/** The session that a finished job left; null when recording is switched off: the job keeps its files itself then. */
function sessionMadeBy(job: Job | null): string | null {
  if (job?.state !== 'succeeded') return null
  return job.kind === 'track' ? (job.result as TrackResult).best : (job.result as SolveAgainResult).session
}

/** True from the first time on: what comes in later is no reason to begin anew. */
function useOnce(now: boolean): boolean {
  const [once, setOnce] = useState(now)
  if (now && !once) setOnce(true)
  return once || now
}

/** A run that was started elsewhere, or before the page was loaded anew, is followed too. */
function useRunningJob(project: string, fingerprint: string, jobId: string | null): void {
  const { data } = useJobs(project)
  const running = data?.items.find(
    (job) => job.kind === 'track' && !isFinished(job) && JSON.stringify(job.params).includes(fingerprint),
  )
  const id = running?.id ?? null
  useEffect(() => {
    if (jobId === null && id !== null) changeParams({ job: id }, { replace: true })
  }, [jobId, id])
}
