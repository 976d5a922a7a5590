import { memo } from 'react'
import type { SessionRow } from '../data/types.ts'
import { DomainBadge, StatusBadge } from '../parts/badge.tsx'
import { Thumbnail } from '../parts/picture.tsx'
import { Ago } from '../parts/time.tsx'
import { Link } from '../route/link.tsx'

export const rowHeight = 56

interface RowProps {
  readonly row: SessionRow | null
  readonly index: number
  readonly top: number
  readonly isActive: boolean
  readonly onPick: () => void
}

export const SessionTableRow = memo(
  function SessionTableRow({ row, index, top, isActive, onPick }: RowProps) {
    const style = { height: rowHeight, transform: `translateY(${top}px)` }
    const className = `list-row placed${isActive ? ' active' : ''}`
    if (!row) {
      return (
        <div key="empty" className={className} style={style} role="row" aria-rowindex={index + 1} aria-busy="true">
          <span className="skeleton" style={{ width: 64, height: 40 }} />
          <span className="skeleton" style={{ width: '55%', height: 14 }} />
        </div>
      )
    }
    return (
      <div
        className={className}
        style={style}
        role="row"
        aria-rowindex={index + 1}
        aria-current={isActive ? 'true' : undefined}
      >
        <span role="cell">
          <Thumbnail sha256={row.cover} domain={row.domain} width={64} height={40} />
        </span>
        <span role="cell" className="list-main">
          <Link to={`/sessions/${row.id}`} className="list-link cut" onClick={onPick} title={row.summary}>
            {row.summary}
          </Link>
          <span className="row">
            <DomainBadge domain={row.domain} />
            <span className="muted cut">{row.host}</span>
            <code className="faint">{row.id.slice(0, 8)}</code>
            {row.parent !== null && <span className="faint cut">follows another</span>}
          </span>
        </span>
        <span role="cell">
          <StatusBadge status={row.status} />
        </span>
        <span role="cell" className="cut muted">
          {row.contributor ?? '–'}
        </span>
        <span role="cell" className="right number muted">
          {row.edits === 0 ? '–' : row.edits}
        </span>
        <span role="cell" className="right number muted">
          <Ago utc={row.recordedAt} />
        </span>
      </div>
    )
  },
  (a, b) => a.row === b.row && a.top === b.top && a.isActive === b.isActive,
)
