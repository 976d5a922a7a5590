import { useSyncExternalStore, type ReactNode } from 'react'
import { Icon } from '../parts/icon.tsx'

interface Notice {
  readonly id: number
  readonly text: ReactNode
}

const keepMs = 6000
let notices: readonly Notice[] = []
let count = 0
const listeners = new Set<() => void>()

function set(next: readonly Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}

/** Says something in the corner for a few seconds; errors belong where they happened instead. */
export function notify(text: ReactNode): void {
  const id = ++count
  set([...notices, { id, text }])
  setTimeout(() => dismiss(id), keepMs)
}

function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id))
}

export function Notices() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
  )
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <div key={id} className="notice">
          <div className="grow">{text}</div>
          <button
            type="button"
            className="button quiet small"
            onClick={() => dismiss(id)}
            aria-label="Dismiss this notice"
          >
            <Icon name="close" size={12} />
          </button>
        </div>
      ))}
    </div>
  )
}
