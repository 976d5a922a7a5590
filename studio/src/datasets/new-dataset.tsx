import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../data/client.ts'
import { inWords, toQuery, type SessionFilter } from '../data/session-filter.ts'
import type { DomainName, SampleType } from '../data/types.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { hrefTo, navigate } from '../route/location.ts'
import { sampleNames } from '../transfer/sample-names.ts'

const usual: Readonly<Record<DomainName, SampleType>> = { camera: 'row', images: 'pair', gui: 'image' }

interface NewDatasetProps {
  readonly project: string
  readonly filter: SessionFilter
  readonly onClose: () => void
}

export function NewDataset({ project, filter, onClose }: NewDatasetProps) {
  const [name, setName] = useState('')
  const [about, setAbout] = useState('')
  const [type, setType] = useState<SampleType>(usual[filter.domain ?? 'gui'])
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: () =>
      api.call('POST /api/v1/datasets', {
        body: {
          name: name.trim(),
          project,
          about: about.trim() === '' ? null : about.trim(),
          select: { sessions: toQuery(filter), sampleType: type },
        },
      }),
    onSuccess: async (dataset) => {
      await cache.invalidateQueries({ queryKey: ['datasets'] })
      onClose()
      navigate(hrefTo(`/datasets/${encodeURIComponent(dataset.name)}`))
    },
  })
  const formId = 'new-dataset'
  return (
    <Dialog
      title="New dataset"
      onClose={onClose}
      foot={
        <button
          type="submit"
          form={formId}
          className="button primary"
          disabled={name.trim() === '' || create.isPending}
        >
          Create
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <p className="muted">From {inWords(toQuery(filter))}</p>
        <label className="labelled">
          <span>Name</span>
          <input className="field" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <label className="labelled">
          <span>Samples</span>
          <select
            className="field"
            value={type}
            onChange={(event) => setType(types.find((known) => known === event.target.value) ?? type)}
          >
            {types.map((known) => (
              <option key={known} value={known}>
                {sampleNames[known]}
              </option>
            ))}
          </select>
        </label>
        <label className="labelled">
          <span>About</span>
          <textarea
            className="field"
            rows={3}
            maxLength={2000}
            value={about}
            onChange={(event) => setAbout(event.target.value)}
          />
        </label>
        {create.error && <ProblemBox error={create.error} />}
      </form>
    </Dialog>
  )
}

const types = Object.keys(sampleNames) as SampleType[]
