import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../data/client.ts'
import { sayCount } from '../data/say.ts'
import type { DatasetVersion } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'

interface VersionDiffProps {
  readonly project: string
  readonly name: string
  /** Newest first; at least two. */
  readonly versions: readonly DatasetVersion[]
}

/** How many samples came, went and changed between two versions. */
export function VersionDiff({ project, name, versions }: VersionDiffProps) {
  const [from, setFrom] = useState(versions[1]?.version ?? '')
  const [to, setTo] = useState(versions[0]?.version ?? '')
  const { data, error } = useQuery({
    queryKey: ['datasets', project, name, 'diff', from, to],
    queryFn: ({ signal }) =>
      api.call('GET /api/v1/datasets/{name}/diff', { params: { name }, query: { project, from, to } }, { signal }),
  })
  const pick = (label: string, value: string, set: (value: string) => void) => (
    <label className="row">
      <span className="muted">{label}</span>
      <select className="field" value={value} onChange={(event) => set(event.target.value)}>
        {versions.map(({ version }) => (
          <option key={version}>{version}</option>
        ))}
      </select>
    </label>
  )
  return (
    <Card title="What changed">
      <div className="row wrap diff">
        {pick('From', from, setFrom)}
        {pick('to', to, setTo)}
        <span className="number diff-counts" aria-live="polite">
          {data ? (
            <>
              <span className="tone-succeeded">+{sayCount(data.added)} added</span>
              <span className="tone-failed">−{sayCount(data.removed)} removed</span>
              <span className="tone-partial">{sayCount(data.changed)} changed</span>
            </>
          ) : (
            ' '
          )}
        </span>
      </div>
      {error && <ProblemBox error={error} />}
    </Card>
  )
}
