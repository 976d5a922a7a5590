import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../data/client.ts'
import { inWords, toParams } from '../data/session-filter.ts'
import type { SavedQuery } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'

/** A menu of saved queries; opens with the browser's own popover, so Escape and a click elsewhere close it. */
export function SavedQueries({ project, queries }: { project: string; queries: readonly SavedQuery[] }) {
  const menu = useRef<HTMLDivElement>(null)
  const cache = useQueryClient()
  const remove = useMutation({
    mutationFn: (name: string) => api.call('DELETE /api/v1/queries/{name}', { params: { name }, query: { project } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['queries'] }),
  })
  return (
    <>
      <button type="button" className="button" popoverTarget="saved-queries" disabled={queries.length === 0}>
        Saved <span className="tally">{queries.length}</span>
      </button>
      <div className="menu" id="saved-queries" popover="auto" ref={menu}>
        <ul>
          {queries.map(({ name, query }) => (
            <li key={name} className="row">
              <Link
                className="menu-item grow"
                to="/sessions"
                params={toParams(query)}
                onClick={() => menu.current?.hidePopover()}
              >
                <strong className="cut">{name}</strong>
                <span className="muted cut">{inWords(query)}</span>
              </Link>
              <May needs="reviewer">
                <button
                  type="button"
                  className="button quiet icon"
                  aria-label={`Delete the query ${name}`}
                  onClick={() => remove.mutate(name)}
                >
                  <Icon name="close" size={13} />
                </button>
              </May>
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
