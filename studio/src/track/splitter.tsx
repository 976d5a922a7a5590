import { useState, type KeyboardEvent, type PointerEvent } from 'react'

export interface Split {
  /** Height of the lower part, pixels. */
  readonly size: number
  readonly set: (size: number) => void
}

const key = 'hindsight.track.views'
const usual = () => Math.round(Math.min(320, window.innerHeight * 0.34))
const least = 0
const most = 900

/** How much room the views have; kept for the next time. */
export function useSplit(): Split {
  const [size, setSize] = useState(() => Number(localStorage.getItem(key) ?? usual()) || 0)
  return {
    size,
    set(next) {
      const room = Math.round(Math.min(most, Math.max(least, next)))
      localStorage.setItem(key, String(room))
      setSize(room)
    },
  }
}

/** The line between stage and views; it is dragged, or moved with the arrow keys; a double click folds the views away. */
export function Splitter({ split }: { split: Split }) {
  const drag = (event: PointerEvent) => {
    if (event.buttons & 1) split.set(split.size - event.movementY)
  }
  const keys = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? 24 : event.key === 'ArrowDown' ? -24 : 0
    if (by === 0) return
    event.preventDefault()
    split.set(split.size + by)
  }
  return (
    <div
      className="splitter"
      role="separator"
      tabIndex={0}
      aria-label="Height of the views"
      aria-orientation="horizontal"
      aria-valuenow={split.size}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={keys}
      onDoubleClick={() => split.set(split.size > 40 ? 0 : usual())}
    />
  )
}
