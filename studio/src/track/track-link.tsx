import type { AnySession } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'

/** From a camera session to its clip on the stage; nothing for a session that no clip of this program is known of. */
export function TrackLink({ session }: { session: AnySession }) {
  if (session.domain !== 'camera') return null
  const { clip } = session.context as { readonly clip?: { readonly fingerprint?: unknown } | null }
  const fingerprint = clip?.fingerprint
  if (typeof fingerprint !== 'string' || !/^clip-[0-9a-f]{32}$/.test(fingerprint)) return null
  return (
    <May needs="owner" everywhere>
      <Link className="button" to={`/track/${fingerprint}`} params={{ session: session.id }}>
        <Icon name="track" size={14} />
        Open the clip
      </Link>
    </May>
  )
}
