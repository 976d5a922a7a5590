import { useState } from 'react'
import type { Json } from '#core/json.ts'

/** How many members of one list are drawn at once; a track list of thousands must not freeze the page. */
const chunk = 100

/** Any JSON as a tree that opens level by level; what is closed is not drawn. */
export function JsonView({ value }: { value: Json }) {
  return (
    <div className="json" role="region" aria-label="JSON" tabIndex={0}>
      <Node name={null} value={value} depth={0} />
    </div>
  )
}

function Node({ name, value, depth }: { name: string | null; value: Json; depth: number }) {
  const [open, setOpen] = useState(depth < 1)
  const [shown, setShown] = useState(chunk)
  const label = name === null ? null : <span className="key">{name}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div>
        {label}
        <Leaf value={value} />
      </div>
    )
  }
  const members: readonly (readonly [string, Json])[] = Object.entries(value)
  const brief = Array.isArray(value) ? `[${members.length}]` : `{${members.length}}`
  if (members.length === 0) {
    return (
      <div>
        {label}
        <span className="faint">{Array.isArray(value) ? '[]' : '{}'}</span>
      </div>
    )
  }
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span className="faint">{brief}</span>
      </summary>
      {open && (
        <ul>
          {members.slice(0, shown).map(([key, item]) => (
            <li key={key}>
              <Node name={key} value={item} depth={depth + 1} />
            </li>
          ))}
          {members.length > shown && (
            <li>
              <button type="button" className="button small" onClick={() => setShown(shown + chunk * 10)}>
                {members.length - shown} more
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  )
}

function Leaf({ value }: { value: string | number | bigint | boolean | null }) {
  if (typeof value === 'string') return <span className="string">{JSON.stringify(value)}</span>
  if (typeof value === 'number' || typeof value === 'bigint') return <span className="figure">{String(value)}</span>
  return <span className="word">{String(value)}</span>
}
