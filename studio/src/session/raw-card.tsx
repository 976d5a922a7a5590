import { canonicalJson } from '#core/json.ts'
import type { Json } from '#core/json.ts'
import type { AnySession } from '../data/types.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { useState } from 'react'

/** The record to the letter. Closed at first: most people never need it, and it may be large. */
export function RawCard({ session }: { session: AnySession }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="card" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="card-head">
        <h2>Record as stored (JSON)</h2>
        <span className="push">
          <CopyButton text={() => canonicalJson(session)} label="Copy the record as JSON" />
        </span>
      </summary>
      {open && <JsonView value={session as unknown as Json} />}
    </details>
  )
}
