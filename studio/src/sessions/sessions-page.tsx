import { useMemo, useState } from 'react'
import { useSavedQueries, useSessionCount } from '../data/queries.ts'
import { sayCount, sayMany } from '../data/say.ts'
import { filterOf, isNarrowed } from '../data/session-filter.ts'
import { NewDataset } from '../datasets/new-dataset.tsx'
import { Icon } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { usePlace } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { ExportDialog } from '../transfer/export-dialog.tsx'
import { FacetRail } from './facet-rail.tsx'
import { FilterBar } from './filter-bar.tsx'
import { NewerSessions } from './newer-sessions.tsx'
import { SaveQuery } from './save-query.tsx'
import { SavedQueries } from './saved-queries.tsx'
import { SessionTable } from './session-table.tsx'
import './sessions.css'

type Open = 'save' | 'export' | 'dataset' | null

export function SessionsPage({ project }: { project: string }) {
  const { search } = usePlace()
  const filter = useMemo(() => filterOf(search, project), [search, project])
  const { data: count } = useSessionCount(filter)
  const { data: saved } = useSavedQueries(project)
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const words = count ? (count.capped ? `over ${sayCount(count.count)}` : sayMany(count.count, 'session')) : ''
  return (
    <Page
      title="Sessions"
      note={
        <span className="muted number" aria-live="polite">
          {words}
        </span>
      }
      actions={
        <>
          <NewerSessions filter={filter} />
          <SavedQueries project={project} queries={saved?.items ?? []} />
          <May needs="reviewer">
            <button type="button" className="button" onClick={() => setOpen('save')} disabled={!isNarrowed(filter)}>
              <Icon name="save" size={14} /> Save query
            </button>
            <button type="button" className="button" onClick={() => setOpen('dataset')}>
              <Icon name="datasets" size={14} /> New dataset
            </button>
            <button type="button" className="button primary" onClick={() => setOpen('export')}>
              <Icon name="download" size={14} /> Export
            </button>
          </May>
        </>
      }
    >
      <FilterBar filter={filter} />
      <div className="list-columns">
        <FacetRail project={project} filter={filter} />
        <SessionTable key={JSON.stringify(filter)} filter={filter} />
      </div>
      {open === 'save' && <SaveQuery project={project} filter={filter} onClose={close} />}
      {open === 'export' && <ExportDialog project={project} from={{ type: 'query', filter }} onClose={close} />}
      {open === 'dataset' && <NewDataset project={project} filter={filter} onClose={close} />}
    </Page>
  )
}
