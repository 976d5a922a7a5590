import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../data/client.ts'
import { inWords, toQuery, type SessionFilter } from '../data/session-filter.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { notify } from '../shell/notices.tsx'

interface SaveQueryProps {
  readonly project: string
  readonly filter: SessionFilter
  readonly onClose: () => void
}

export function SaveQuery({ project, filter, onClose }: SaveQueryProps) {
  const [name, setName] = useState('')
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      api.call('PUT /api/v1/queries/{name}', {
        params: { name: name.trim() },
        query: { project },
        body: { query: toQuery(filter) },
      }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['queries'] })
      notify(`Saved as “${name.trim()}”.`)
      onClose()
    },
  })
  const formId = 'save-query'
  return (
    <Dialog
      title="Save this query"
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={name.trim() === '' || save.isPending}>
          Save
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <p className="muted">{inWords(toQuery(filter))}</p>
        <label className="labelled">
          <span>Name</span>
          <input className="field" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          <small>A name that is taken is saved over.</small>
        </label>
        {save.error && <ProblemBox error={save.error} />}
      </form>
    </Dialog>
  )
}
