import { useQuery } from '@tanstack/react-query'
import { sessionPage } from '../data/queries.ts'
import { domains } from '../data/session-filter.ts'
import type { DomainName, SessionRow } from '../data/types.ts'
import { StatusBadge } from '../parts/badge.tsx'
import { domainTitles } from '../parts/icon.tsx'
import { Thumbnail } from '../parts/picture.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { Link } from '../route/link.tsx'

const shown = 6

/** The newest sessions of each kind, as pictures. */
export function Newest({ project }: { project: string }) {
  return domains.map((domain) => <NewestOf key={domain} project={project} domain={domain} />)
}

function NewestOf({ project, domain }: { project: string; domain: DomainName }) {
  const { data } = useQuery({ ...sessionPage({ project, domain }, null, shown), refetchInterval: 15_000 })
  if (data?.items.length === 0) return null
  return (
    <section className="card" aria-labelledby={`newest-${domain}`}>
      <div className="card-head">
        <h2 id={`newest-${domain}`}>Newest: {domainTitles[domain]}</h2>
        <Link to="/sessions" params={{ domain }} className="push">
          See all
        </Link>
      </div>
      <ul className="tiles">
        {data
          ? data.items.map((row) => <Tile key={row.id} row={row} />)
          : Array.from({ length: shown }, (_, i) => <Skeleton key={i} height={158} />)}
      </ul>
    </section>
  )
}

function Tile({ row }: { row: SessionRow }) {
  return (
    <li>
      <Link to={`/sessions/${row.id}`} className="tile">
        <Thumbnail sha256={row.cover} domain={row.domain} width={176} height={99} />
        <span className="cut" title={row.summary}>
          {row.summary}
        </span>
        <span className="row muted">
          <StatusBadge status={row.status} />
          <span className="cut push">
            <Ago utc={row.recordedAt} />
          </span>
        </span>
      </Link>
    </li>
  )
}
