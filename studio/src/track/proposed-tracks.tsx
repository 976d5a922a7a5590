import { useQuery } from '@tanstack/react-query'
import { api } from '../data/client.ts'
import type { EditedTracks } from './changes.ts'

interface ProposedTracksProps {
  /** null: the run is not on record, and nothing is proposed. */
  readonly session: string | null
  readonly tracks: EditedTracks
  readonly onSelect: (tracks: ReadonlySet<number>) => void
}

/** Tracks that a person would most likely take out, by what people took out of other runs; chosen with a click, changed by nobody else. */
export function ProposedTracks({ session, tracks, onSelect }: ProposedTracksProps) {
  const { data } = useQuery({
    queryKey: ['proposals', session],
    queryFn: () => api.call('GET /api/v1/sessions/{id}/proposals', { params: { id: session! } }),
    enabled: session !== null,
  })
  const there = (data?.proposals ?? []).filter(({ track }) => tracks.byId.has(track) && !tracks.deleted.has(track))
  if (!data || there.length === 0) return null
  const [first] = there
  return (
    <button
      type="button"
      className="chip"
      title={`${data.why} Most likely track ${first!.track}: ${first!.reason}.`}
      onClick={() => onSelect(new Set(there.map(({ track }) => track)))}
    >
      proposed <span className="faint number">{there.length}</span>
    </button>
  )
}
