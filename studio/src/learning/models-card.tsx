import { useJobs } from '../data/queries.ts'
import { useJob } from '../data/use-job.ts'
import type { Job } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { type Model, useActivate, useModels, useRollback, useTrain } from './learn-api.ts'

/** The project that training is filed under: models are of the whole store. */
const trainProject = 'default'

/** Trained models, with why each acts or not. */
export function ModelsCard() {
  const { data, error } = useModels()
  const train = useTrain()
  const { data: jobs } = useJobs(trainProject)
  const latest = jobs?.items.find(({ kind }) => kind === 'train') ?? null
  const started = (train.data as Job | undefined) ?? null
  const { job, error: lost } = useJob(started !== null && started.id !== latest?.id ? started : latest)
  const isRunning = job !== null && (job.state === 'queued' || job.state === 'running')
  const problem = error ?? train.error ?? lost ?? (job?.state === 'failed' ? job.error : null)
  return (
    <Card
      title="Models"
      head={
        <button
          type="button"
          className="button small"
          disabled={isRunning || train.isPending}
          onClick={() => train.mutate()}
        >
          {isRunning ? 'Training…' : 'Train now'}
        </button>
      }
      flush
    >
      {(isRunning || problem !== null) && (
        <div className="card-body stack">
          {isRunning && job && <JobProgress job={job} />}
          {problem !== null && <ProblemBox error={problem} />}
        </div>
      )}
      {data === undefined ? (
        error === null && (
          <div className="card-body">
            <Skeleton height={150} />
          </div>
        )
      ) : (
        <ul className="models">
          {data.items.map((model) => (
            <ModelRow key={model.name} model={model} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function ModelRow({ model }: { model: Model }) {
  const rollback = useRollback()
  const activate = useActivate()
  const { name, about, acts, baseline, acting, missing, versions } = model
  const [newest] = versions
  const shown = versions.find(({ version }) => version === acting) ?? newest
  const problem = rollback.error ?? activate.error
  return (
    <li>
      <div className="row wrap">
        <strong>{name.replaceAll('-', ' ')}</strong>
        <span className={`badge ${acting === null ? 'tone-unknown' : 'tone-succeeded'}`}>
          {acting !== null && <Icon name="check" size={12} />}
          {acting === null ? (versions.length === 0 ? 'not trained' : 'does not act') : 'acts'}
        </span>
        {shown && (
          <span className="faint">
            version {shown.version}, <Ago utc={shown.createdAt} />
          </span>
        )}
        <span className="row push">
          {shown && (
            <a
              className="button small quiet"
              href={`/api/v1/learn/models/${name}?version=${encodeURIComponent(shown.version)}`}
              download={`${name}-${shown.version}.json`}
            >
              Export
            </a>
          )}
          {acting !== null && (
            <button
              type="button"
              className="button small quiet"
              disabled={rollback.isPending}
              onClick={() => rollback.mutate(name)}
            >
              Take back
            </button>
          )}
          {acting === null && newest && (
            <button
              type="button"
              className="button small quiet"
              disabled={activate.isPending}
              onClick={() => activate.mutate({ name, version: newest.version })}
            >
              Let it act
            </button>
          )}
        </span>
      </div>
      <p className="muted">
        {about} Where it acts, it {acts}.
      </p>
      <p className="faint">
        {shown ? shown.reason : `${missing ?? ''} It has to beat ${baseline} on clips that it has not seen.`}
      </p>
      {problem && <ProblemBox error={problem} />}
    </li>
  )
}
