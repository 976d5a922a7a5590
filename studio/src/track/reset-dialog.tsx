import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Reply } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { sayMany } from '../data/say.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'

type Receipt = Reply<'POST /api/v1/track/reset'>

/** Erases all that was recorded of tracking in a project, once its name was typed. */
export function ResetDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const cache = useQueryClient()
  const { data: plan, error } = useQuery({
    queryKey: ['track', 'reset', project],
    queryFn: ({ signal }) => api.call('GET /api/v1/track/reset', { query: { project } }, { signal }),
    gcTime: 0,
  })
  const erase = useMutation({
    mutationFn: () => api.call('POST /api/v1/track/reset', { body: { project, confirm: typed } }),
    onSuccess: () => cache.invalidateQueries(),
  })
  const receipt = erase.data
  const foot = receipt ? (
    <button type="button" className="button primary" onClick={onClose}>
      Close
    </button>
  ) : (
    <>
      <button type="button" className="button" onClick={onClose}>
        Cancel
      </button>
      <button
        type="button"
        className="button danger"
        disabled={typed !== project || !plan || erase.isPending}
        onClick={() => erase.mutate()}
      >
        {erase.isPending ? 'Erasing…' : 'Erase all of it'}
      </button>
    </>
  )
  return (
    <Dialog title={receipt ? 'Erased' : 'Begin anew with tracking'} onClose={onClose} foot={foot}>
      {receipt ? (
        <ReceiptWords receipt={receipt} />
      ) : (
        <div className="stack">
          {plan ? (
            <>
              <p>This erases for good, in project “{project}”:</p>
              <ul className="plain-list">
                <li>
                  {sayMany(plan.sessions, 'session')}, with their tracks and solves, and {sayMany(plan.edits, 'edit')}{' '}
                  of them
                </li>
                <li>
                  where {sayMany(plan.clips, 'clip')} {plan.clips === 1 ? 'lies' : 'lie'}, and what stopped runs could
                  go on with
                </li>
                {plan.uploads > 0 && (
                  <li>{sayMany(plan.uploads, 'clip')} that you sent here: the copies here are deleted</li>
                )}
              </ul>
              <p className="muted">
                Clips of your own stay where they lie. Settings are then as shipped, since nothing is learned from what
                is gone; what may be recorded stays as you chose it. To keep a copy, export first.
              </p>
              <label className="stack tight">
                <span>
                  Type <strong>{project}</strong> to go on
                </span>
                <input
                  className="field"
                  value={typed}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setTyped(event.target.value)}
                />
              </label>
            </>
          ) : (
            !error && <Skeleton height={160} />
          )}
          {(error ?? erase.error) && <ProblemBox error={error ?? erase.error} />}
        </div>
      )}
    </Dialog>
  )
}

function ReceiptWords({ receipt }: { receipt: Receipt }) {
  const { id, sessions, edits, blobs, versions, exports, backups } = receipt
  const copies = [
    ...(versions.length > 0 ? [`Redacted versions of datasets: ${versions.join(', ')}.`] : []),
    ...(exports.length > 0 ? [`Exports that hold copies: ${exports.map(({ target }) => target).join(', ')}.`] : []),
    ...(backups.length > 0
      ? [`Backups that hold copies, erased again when one is restored: ${backups.join(', ')}.`]
      : []),
  ]
  return (
    <div className="stack" role="status">
      <p>
        {sayMany(sessions, 'session')}, {sayMany(edits, 'edit')} and {sayMany(blobs, 'file')} are gone.
      </p>
      {copies.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p className="faint">Receipt {id}</p>
    </div>
  )
}
