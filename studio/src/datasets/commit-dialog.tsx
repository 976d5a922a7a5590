import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { isFinished } from '#client/client.ts'
import { api } from '../data/client.ts'
import { useJob } from '../data/use-job.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'

interface CommitDialogProps {
  readonly project: string
  readonly name: string
  readonly onClose: () => void
}

/** Freezes what the dataset holds now. Shares are asked in percent and must sum to 100. */
export function CommitDialog({ project, name, onClose }: CommitDialogProps) {
  const [shares, setShares] = useState({ train: 80, val: 10, test: 10 })
  const [seed, setSeed] = useState(0)
  const [stratifyBy, setStratifyBy] = useState('')
  const [version, setVersion] = useState('')
  const [note, setNote] = useState('')
  const sum = shares.train + shares.val + shares.test
  const commit = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/datasets/{name}/versions', {
        params: { name },
        query: { project },
        body: {
          ...(version.trim() !== '' && { version: version.trim() }),
          plan: {
            shares: { train: shares.train / 100, val: shares.val / 100, test: shares.test / 100 },
            seed,
            stratifyBy: stratifyBy.trim() === '' ? null : stratifyBy.trim(),
          },
          note: note.trim() === '' ? null : note.trim(),
        },
      }),
  })
  const { job, error } = useJob(commit.data ?? null)
  const formId = 'commit'
  return (
    <Dialog
      title={`New version of ${name}`}
      onClose={onClose}
      foot={
        job ? (
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        ) : (
          <button type="submit" form={formId} className="button primary" disabled={sum !== 100 || commit.isPending}>
            Commit
          </button>
        )
      }
    >
      {job ? (
        <div className="stack">
          <JobProgress job={job} />
          {error !== null && <ProblemBox error={error} />}
          {job.state === 'failed' && <ProblemBox error={job.error} />}
          {job.state === 'cancelled' && <p className="muted">Cancelled; no version was made.</p>}
          {job.state === 'succeeded' && isFinished(job) && (
            <p className="row">
              <span className="tone-succeeded">
                <Icon name="check" />
              </span>
              The version is frozen.
            </p>
          )}
        </div>
      ) : (
        <form
          id={formId}
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            commit.mutate()
          }}
        >
          <fieldset className="labelled">
            <legend>Split, in percent</legend>
            <div className="row">
              {(['train', 'val', 'test'] as const).map((split) => (
                <label key={split} className="labelled grow">
                  <span>{split}</span>
                  <input
                    className="field"
                    type="number"
                    min={0}
                    max={100}
                    value={shares[split]}
                    onChange={(event) => setShares({ ...shares, [split]: event.target.valueAsNumber || 0 })}
                  />
                </label>
              ))}
            </div>
            <small className={sum === 100 ? undefined : 'tone-failed'}>
              {sum === 100
                ? 'What belongs together (a clip, a run, a chain of edits) is never split; earlier versions keep their parts.'
                : `These sum to ${sum}; they must sum to 100.`}
            </small>
          </fieldset>
          <div className="row">
            <label className="labelled grow">
              <span>Seed</span>
              <input
                className="field"
                type="number"
                min={0}
                step={1}
                value={seed}
                onChange={(event) => setSeed(Math.max(0, Math.floor(event.target.valueAsNumber || 0)))}
              />
            </label>
            <label className="labelled grow">
              <span>Spread evenly by</span>
              <input
                className="field"
                placeholder="an attribute, or nothing"
                maxLength={100}
                value={stratifyBy}
                onChange={(event) => setStratifyBy(event.target.value)}
              />
            </label>
            <label className="labelled grow">
              <span>Version</span>
              <input
                className="field"
                placeholder="next"
                maxLength={50}
                value={version}
                onChange={(event) => setVersion(event.target.value)}
              />
            </label>
          </div>
          <label className="labelled">
            <span>Note</span>
            <textarea
              className="field"
              rows={2}
              maxLength={2000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </label>
          {commit.error && <ProblemBox error={commit.error} />}
        </form>
      )}
    </Dialog>
  )
}
