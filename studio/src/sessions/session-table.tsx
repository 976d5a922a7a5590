import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { sayCount } from '../data/say.ts'
import { isNarrowed, type SessionFilter } from '../data/session-filter.ts'
import type { SessionRow } from '../data/types.ts'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Link } from '../route/link.tsx'
import { hrefTo, navigate } from '../route/location.ts'
import { useKeys } from '../shell/use-keys.ts'
import { rowHeight, SessionTableRow } from './session-table-row.tsx'
import { leaveTrail, standAt, standing, listHref } from './trail.ts'
import { maxRows, useSessionList } from './use-session-list.ts'

/** The list: only the rows in sight exist, whatever the length. The arrow of j and k is a row, not the focus. */
export function SessionTable({ filter }: { filter: SessionFilter }) {
  const scroller = useRef<HTMLDivElement>(null)
  const href = window.location.pathname + window.location.search
  const isReturn = listHref() === href
  const [active, setActive] = useState(isReturn ? standing() : 0)
  const [range, setRange] = useState<readonly [number, number]>([active, active + 20])
  const list = useSessionList(filter, range[0], range[1])
  const virtual = useVirtualizer({
    count: list.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    initialOffset: isReturn ? Math.max(0, active * rowHeight - 200) : 0,
    overscan: 8,
  })
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => setRange([first, last]), [first, last])
  useEffect(() => leaveTrail({ href, row: list.row, count: list.count }))

  const move = (to: number) => {
    const next = Math.max(0, Math.min(list.count - 1, to))
    setActive(next)
    standAt(next)
    virtual.scrollToIndex(next)
  }
  const open = (index: number) => {
    const row = list.row(index)
    standAt(index)
    if (row) navigate(hrefTo(`/sessions/${row.id}`))
  }
  useKeys({
    j: () => move(active + 1),
    k: () => move(active - 1),
    Enter: () => open(active),
    Escape: () => move(0),
  })

  if (list.error !== null) {
    return (
      <div className="list-side">
        <ProblemBox error={list.error} />
      </div>
    )
  }
  if (list.isEnd && list.count === 0) return <NothingFound filter={filter} />
  return (
    <div
      className="list-scroll"
      ref={scroller}
      role="table"
      aria-label="Sessions"
      aria-rowcount={list.isEnd ? list.count : -1}
    >
      <TableHead />
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => (
          <SessionTableRow
            key={index}
            row={list.row(index)}
            index={index}
            top={start}
            isActive={index === active}
            onPick={() => {
              setActive(index)
              standAt(index)
            }}
          />
        ))}
      </div>
      {list.count >= maxRows && <TooDeep last={list.row(list.count - 1)} />}
    </div>
  )
}

function TableHead() {
  return (
    <div className="list-head list-row" role="row">
      <span role="columnheader" className="hidden-label">
        Picture
      </span>
      <span role="columnheader">Session</span>
      <span role="columnheader">Outcome</span>
      <span role="columnheader">Contributor</span>
      <span role="columnheader" className="right">
        Edits
      </span>
      <span role="columnheader" className="right">
        Recorded
      </span>
    </div>
  )
}

function NothingFound({ filter }: { filter: SessionFilter }) {
  return (
    <div className="empty">
      <strong>
        {isNarrowed(filter) ? 'No session fits these filters.' : 'No session is recorded in this project yet.'}
      </strong>
      {isNarrowed(filter) ? <Link to="/sessions">Show all sessions</Link> : <Link to="/">How to record the first</Link>}
    </div>
  )
}

function TooDeep({ last }: { last: SessionRow | null }) {
  return (
    <p className="list-side muted">
      {sayCount(maxRows)} sessions are listed here.{' '}
      {last && (
        <Link to="/sessions" params={{ to: last.recordedAt }}>
          Go on from {last.recordedAt.slice(0, 10)}
        </Link>
      )}
    </p>
  )
}
