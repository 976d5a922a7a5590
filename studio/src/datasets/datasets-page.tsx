import { useState } from 'react'
import { useDatasets } from '../data/queries.ts'
import { inWords } from '../data/session-filter.ts'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'
import { Page } from '../shell/page.tsx'
import { sampleNames } from '../transfer/sample-names.ts'
import { NewDataset } from './new-dataset.tsx'
import './datasets.css'

export function DatasetsPage({ project }: { project: string }) {
  const { data, error } = useDatasets(project)
  const [isNew, setNew] = useState(false)
  return (
    <Page
      title="Datasets"
      actions={
        <May needs="reviewer">
          <button type="button" className="button primary" onClick={() => setNew(true)}>
            <Icon name="plus" size={14} /> New dataset
          </button>
        </May>
      }
    >
      <div className="page-body">
        {error && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={200} />}
        {data?.items.length === 0 && (
          <div className="empty">
            <strong>No dataset yet.</strong>
            <span>
              A dataset is a query under a name. Committing it freezes what the query finds as a version that never
              changes.
            </span>
            <Link to="/sessions">Filter sessions first</Link>
          </div>
        )}
        {data && data.items.length > 0 && (
          <Card title="In this project" flush>
            <table className="plain">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Samples</th>
                  <th>From</th>
                  <th>Made</th>
                </tr>
              </thead>
              <tbody>
                {data.items.map((dataset) => (
                  <tr key={dataset.name}>
                    <td>
                      <Link to={`/datasets/${encodeURIComponent(dataset.name)}`} className="strong-link">
                        {dataset.name}
                      </Link>
                      {dataset.about !== null && <div className="muted">{dataset.about}</div>}
                    </td>
                    <td>{sampleNames[dataset.select.sampleType]}</td>
                    <td className="muted">{inWords(dataset.select.sessions)}</td>
                    <td>
                      <Ago utc={dataset.createdAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        )}
      </div>
      {isNew && <NewDataset project={project} filter={{ project }} onClose={() => setNew(false)} />}
    </Page>
  )
}
