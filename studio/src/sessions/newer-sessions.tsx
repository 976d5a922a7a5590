import { useQuery, useQueryClient } from '@tanstack/react-query'
import { sessionPage } from '../data/queries.ts'
import type { SessionFilter } from '../data/session-filter.ts'
import { Icon } from '../parts/icon.tsx'
import { forgetCursors } from './use-session-list.ts'

/** Says that newer sessions came in, instead of moving the rows under the reader's eyes. */
export function NewerSessions({ filter }: { filter: SessionFilter }) {
  const cache = useQueryClient()
  const { data: newest } = useQuery({ ...sessionPage(filter, null, 1), refetchInterval: 10_000 })
  const { data: listed } = useQuery({ ...sessionPage(filter, null), staleTime: 60_000 })
  const [top] = newest?.items ?? []
  if (!top || !listed || listed.items.some((row) => row.id === top.id) || !isNewer(top, listed.items[0])) return null
  const show = () => {
    forgetCursors()
    void cache.resetQueries({ queryKey: ['sessions'] })
  }
  return (
    <button type="button" className="button quiet" onClick={show}>
      <Icon name="plus" size={14} /> Show newer
    </button>
  )
}

function isNewer(a: { readonly recordedAt: string }, b: { readonly recordedAt: string } | undefined): boolean {
  return b === undefined || a.recordedAt >= b.recordedAt
}
