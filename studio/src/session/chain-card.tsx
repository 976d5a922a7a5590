import { useChain } from '../data/queries.ts'
import type { AnySession } from '../data/types.ts'
import { StatusBadge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Thumbnail } from '../parts/picture.tsx'
import { Link } from '../route/link.tsx'

/** The sessions before and after on the same input, oldest first. Nothing for a session that stands alone. */
export function ChainCard({ session }: { session: AnySession }) {
  const { data } = useChain(session.id)
  const rows = data?.items ?? []
  if (rows.length < 2) return null
  return (
    <Card title="On the same input" flush>
      <ol className="chain">
        {rows.map((row, i) => (
          <li key={row.id} aria-current={row.id === session.id ? 'step' : undefined}>
            <Link to={`/sessions/${row.id}`} className="row">
              <span className="faint number">{i + 1}</span>
              <Thumbnail sha256={row.cover} domain={row.domain} width={48} height={32} />
              <span className="grow cut">{row.summary}</span>
              <StatusBadge status={row.status} />
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}
