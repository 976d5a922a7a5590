import { useMutation } from '@tanstack/react-query'
import type { Request } from '#http/contract.ts'
import { api } from '../data/client.ts'
import type { Job } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { CommitForm, commitFormId } from './commit-form.tsx'

interface CommitDialogProps {
  readonly project: string
  readonly name: string
  readonly onClose: () => void
}

type Commit = Request<'POST /api/v1/datasets/{name}/versions'>['body']

/** Freezes what the dataset holds now as a version. */
export function CommitDialog({ project, name, onClose }: CommitDialogProps) {
  const commit = useMutation({
    mutationFn: (body: Commit) =>
      api.call('POST /api/v1/datasets/{name}/versions', { params: { name }, query: { project }, body }),
  })
  const { job, error } = useJob(commit.data ?? null)
  const close = (
    <button type="button" className="button" onClick={onClose}>
      Close
    </button>
  )
  const submit = (
    <button type="submit" form={commitFormId} className="button primary" disabled={commit.isPending}>
      Commit
    </button>
  )
  return (
    <Dialog title={`New version of ${name}`} onClose={onClose} foot={job ? close : submit}>
      {job ? <CommitProgress job={job} /> : <CommitForm onSubmit={commit.mutate} />}
      {[commit.error, error].map((problem) => problem !== null && <ProblemBox key="problem" error={problem} />)}
    </Dialog>
  )
}

function CommitProgress({ job }: { job: Job }) {
  if (job.state === 'failed') return <ProblemBox error={job.error} />
  if (job.state === 'cancelled') return <p className="muted">Cancelled; no version was made.</p>
  if (job.state !== 'succeeded') return <JobProgress job={job} />
  return (
    <p className="row">
      <span className="tone-succeeded">
        <Icon name="check" />
      </span>
      The version is frozen.
    </p>
  )
}
