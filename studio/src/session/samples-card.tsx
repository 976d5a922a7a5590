import { useSamples } from '../data/queries.ts'
import { sayMany } from '../data/say.ts'
import type { SampleType } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'

const names: Readonly<Record<SampleType, readonly [string, string]>> = {
  image: ['labelled image', 'labelled images'],
  pair: ['image pair', 'image pairs'],
  row: ['table row', 'table rows'],
  trajectory: ['trajectory', 'trajectories'],
}

/** What a training set would get from this session as it stands today. */
export function SamplesCard({ session }: { session: string }) {
  const { data, error } = useSamples(session)
  const byType = Map.groupBy(data?.items ?? [], (sample) => sample.type)
  return (
    <Card title="Training samples">
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={19} width="60%" />}
      {data?.items.length === 0 && <p className="muted">None: nothing in it can be learned from as it stands.</p>}
      <ul>
        {[...byType].map(([type, samples]) => (
          <li key={type}>
            {sayMany(samples.length, ...names[type])}
            <span className="muted">{labelsInWords(samples)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function labelsInWords(samples: readonly Readonly<Record<string, unknown>>[]): string {
  const labels = samples.reduce((n, { annotations }) => n + (Array.isArray(annotations) ? annotations.length : 0), 0)
  return labels === 0 ? '' : `, ${sayMany(labels, 'label')}`
}
