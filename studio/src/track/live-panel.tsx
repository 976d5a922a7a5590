import { useMutation } from '@tanstack/react-query'
import { isFinished } from '#client/client.ts'
import { api } from '../data/client.ts'
import { sayCount } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { progressInWords } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { endWords } from './result-words.ts'
import type { LiveJob } from './use-live.ts'

/** What each phase is called for people, in order. */
const steps = [
  ['probe', 'Look at the footage'],
  ['settings', 'Choose settings'],
  ['detect', 'Place points'],
  ['track', 'Follow them'],
  ['heal', 'Mend gaps'],
  ['clean', 'Remove bad tracks'],
  ['solve', 'Solve the camera'],
  ['diagnose', 'Judge the result'],
  ['refine', 'Refine'],
  ['report', 'Write it down'],
] as const

/** A running job, phase by phase. */
export function LivePanel({ job, live, fallback }: { job: Job; live: LiveJob; fallback: string }) {
  const { now, warnings } = live
  const phase = steps.findIndex(([name]) => name === now?.phase)
  return (
    <div className="stack">
      <div className="row">
        <strong className="grow">{now && now.retry > 0 ? `Attempt ${now.retry + 1}` : fallback}</strong>
        <Cancel job={job} />
      </div>
      <ol className="phases" aria-label="Phases">
        {steps.map(([name, title], i) => {
          const state = i < phase ? 'done' : i === phase ? 'now' : 'later'
          return (
            <li key={name} className={state} aria-current={state === 'now' ? 'step' : undefined}>
              <span className="phase-sign">{state === 'done' && <Icon name="check" size={12} />}</span>
              <span className="grow">{title}</span>
              {state === 'now' && now?.total ? (
                <span className="faint number">{Math.round((now.done / now.total) * 100)} %</span>
              ) : null}
            </li>
          )
        })}
      </ol>
      <PhaseBar job={job} live={live} />
      <dl className="live-counts">
        <Count title="started" value={now?.tracks} />
        <Count title="alive" value={now?.alive} />
        <Count title="ended" value={now && Object.values(now.ended).reduce((sum, count) => sum + count, 0)} />
      </dl>
      <p className="faint live-ended">{now ? endWords(now.ended) : '\u00a0'}</p>
      {now?.settings && <SettingsInUse settings={now.settings} reason={now.reason} />}
      {warnings.map((warning) => (
        <p key={warning} className="warning row">
          <Icon name="warn" size={14} />
          <span>{warning}</span>
        </p>
      ))}
    </div>
  )
}

function PhaseBar({ job, live: { now } }: { job: Job; live: LiveJob }) {
  const share = now?.total ? now.done / now.total : null
  const words = now?.note ?? (job.state === 'queued' ? progressInWords(job) : '\u00a0')
  return (
    <div className="stack tight">
      <div
        className={`progress${share === null ? ' unknown' : ''}`}
        role="progressbar"
        aria-label="Progress of this phase"
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div style={share === null ? undefined : { width: `${Math.min(1, share) * 100}%` }} />
      </div>
      <span className="faint cut number">{words}</span>
    </div>
  )
}

function Count({ title, value }: { title: string; value: number | null | undefined }) {
  return (
    <div>
      <dd>{typeof value === 'number' ? sayCount(value) : '–'}</dd>
      <dt>{title}</dt>
    </div>
  )
}

type Settings = NonNullable<NonNullable<LiveJob['now']>['settings']>

export function SettingsInUse({
  settings,
  reason,
}: {
  settings: Readonly<Record<string, unknown>> | Settings
  reason: string | null
}) {
  const shown = ['patternSize', 'searchSize', 'correlation', 'threshold', 'motionModel'].flatMap((name) => {
    const value: unknown = settings[name]
    return typeof value === 'number' || typeof value === 'string' ? [[name, String(value)] as const] : []
  })
  const titles: Readonly<Record<string, string>> = {
    patternSize: 'pattern',
    searchSize: 'search',
    correlation: 'correlation',
    threshold: 'threshold',
    motionModel: 'model',
  }
  if (shown.length === 0) return null
  const own = ownOfRegions(settings)
  return (
    <div className="stack tight">
      <ul className="setting-chips">
        {shown.map(([name, value]) => (
          <li key={name}>
            <span className="faint">{titles[name]}</span> {value}
          </li>
        ))}
        {own.map((words) => (
          <li key={words}>
            <span className="faint">in {words.replace(/:.*$/, '')}</span> {wordsOf(words, titles)}
          </li>
        ))}
      </ul>
      {reason && <p className="muted">{reason}</p>}
    </div>
  )
}

/** "top left: searchSize 91", one for each part of the picture that has settings of its own: told while it runs, recorded after. */
function ownOfRegions(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { byRegion, regionOverrides } = settings
  if (typeof byRegion === 'string') return byRegion.split('; ')
  if (typeof regionOverrides !== 'object' || regionOverrides === null) return []
  return Object.entries(regionOverrides as Record<string, Readonly<Record<string, unknown>> | null>).map(
    ([region, own]) => {
      const others = Object.entries(own ?? {}).filter(([name, value]) => value !== settings[name])
      return `${region.replace('-', ' ')}: ${others.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`
    },
  )
}

const wordsOf = (words: string, titles: Readonly<Record<string, string>>): string =>
  words.replace(/^[^:]*: /, '').replace(/[a-zA-Z]+(?= )/g, (name) => titles[name] ?? name)

function Cancel({ job }: { job: Job }) {
  const cancel = useMutation({
    mutationFn: () => api.call('POST /api/v1/jobs/{id}/cancel', { params: { id: job.id } }),
  })
  if (isFinished(job)) return null
  const isStopping = job.cancelRequested || cancel.isSuccess
  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={isStopping || cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        {isStopping ? 'Stopping…' : 'Cancel'}
      </button>
      {cancel.error && <ProblemBox error={cancel.error} />}
    </>
  )
}
