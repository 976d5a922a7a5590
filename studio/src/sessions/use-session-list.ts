import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { pageSize, sessionPage } from '../data/queries.ts'
import type { SessionFilter } from '../data/session-filter.ts'
import type { SessionPage, SessionRow } from '../data/types.ts'

/** Browsers draw no element higher than some 33 million pixels; at that depth a date is the better way anyway. */
export const maxRows = 600_000

export interface SessionList {
  /** Rows that are known to exist, loaded or not; a page more than that while the end is not known. */
  readonly count: number
  readonly isEnd: boolean
  readonly isLoading: boolean
  readonly error: unknown
  /** null while its page is being fetched. */
  row(index: number): SessionRow | null
}

/**
 * The session list, page by page. Pages are named by cursors, and each page names the next: so the cursors met are
 * kept (a few bytes a page), while the rows of pages out of sight are left to the cache, which forgets them.
 *
 * @param first and last: the rows in sight
 */
export function useSessionList(filter: SessionFilter, first: number, last: number): SessionList {
  const cache = useQueryClient()
  const cursors = useMemo(() => cursorsOf(filter), [filter])
  const wanted: number[] = []
  for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize) + 1; page++) {
    if (page < cursors.known.length) wanted.push(page)
  }
  const results = useQueries({
    queries: wanted.map((page) => ({ ...sessionPage(filter, cursors.known[page] ?? null), staleTime: 60_000 })),
  })
  for (const [i, page] of wanted.entries()) {
    const data = results[i]?.data
    if (data) note(cursors, page, data)
  }
  const { known, end } = cursors
  const loaded = new Map(wanted.map((page, i) => [page, results[i]?.data]))
  return {
    count: Math.min(maxRows, end ?? known.length * pageSize),
    isEnd: end !== null,
    isLoading: results.some((result) => result.isPending),
    error: results.find((result) => result.error)?.error ?? null,
    row(index) {
      const page = Math.floor(index / pageSize)
      if (page >= known.length) return null
      const data =
        loaded.get(page) ?? cache.getQueryData<SessionPage>(sessionPage(filter, known[page] ?? null).queryKey)
      return data?.items[index % pageSize] ?? null
    },
  }
}

interface Cursors {
  /** The cursor of each page known so far; the first has none. */
  readonly known: (string | null)[]
  /** How many rows there are in all, once the last page was seen. */
  end: number | null
}

// Outlives the page, so that going back to the list finds it as deep as it was left.
const remembered = new Map<string, Cursors>()

function cursorsOf(filter: SessionFilter): Cursors {
  const key = JSON.stringify(filter)
  const found = remembered.get(key) ?? { known: [null], end: null }
  remembered.delete(key)
  remembered.set(key, found)
  const [oldest] = remembered.keys()
  if (remembered.size > 20 && oldest !== undefined) remembered.delete(oldest)
  return found
}

/** Forgets how deep the list is known: something new came in, so the pages begin elsewhere. */
export function forgetCursors(): void {
  remembered.clear()
}

function note(cursors: Cursors, page: number, { items, next }: SessionPage): void {
  const { known } = cursors
  if (next === null) {
    known.length = page + 1
    cursors.end = page * pageSize + items.length
  } else if (known[page + 1] !== next) {
    // The first look, or the list has changed since: what was known beyond no longer joins on.
    known.length = page + 1
    known.push(next)
    cursors.end = null
  }
}
