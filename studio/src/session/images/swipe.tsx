import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { MediaRef } from '#core/session.ts'
import { pictureUrl } from '../../parts/picture.tsx'

const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -2, ArrowRight: 2, PageDown: -10, PageUp: 10 }

interface SwipeProps {
  readonly before: MediaRef
  readonly after: MediaRef
  readonly afterName?: string
}

/** Two pictures on one another, divided by a line that pointer and arrow keys move. */
export function Swipe({ before, after, afterName = 'After' }: SwipeProps) {
  const [percent, setPercent] = useState(50)
  const stage = useRef<HTMLDivElement>(null)
  const width = before.width ?? after.width ?? 1
  const height = before.height ?? after.height ?? 1

  const follow = (event: PointerEvent) => {
    const box = stage.current?.getBoundingClientRect()
    if (box) setPercent(clamp(((event.clientX - box.left) / box.width) * 100))
  }
  const press = (event: KeyboardEvent) => {
    const step = keySteps[event.key]
    const end = event.key === 'Home' ? 0 : event.key === 'End' ? 100 : null
    if (step === undefined && end === null) return
    event.preventDefault()
    setPercent(end ?? clamp(percent + (step ?? 0)))
  }
  return (
    <div className="stage-room">
      <div
        ref={stage}
        className="swipe fitted"
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(62vh * ${width / height})` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          follow(event)
        }}
        onPointerMove={(event) => {
          if (event.buttons > 0) follow(event)
        }}
      >
        <img src={pictureUrl(after.sha256)} width={width} height={height} alt={afterName} draggable={false} />
        <img
          src={pictureUrl(before.sha256)}
          width={width}
          height={height}
          alt="Before"
          draggable={false}
          style={{ clipPath: `inset(0 ${100 - percent}% 0 0)` }}
        />
        <div
          className="swipe-line"
          style={{ left: `${percent}%` }}
          role="slider"
          tabIndex={0}
          aria-label={`How much of the picture shows “before” instead of “${afterName.toLowerCase()}”`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(percent)}
          onKeyDown={press}
        />
        <span className="swipe-name start">Before</span>
        <span className="swipe-name end">{afterName}</span>
      </div>
    </div>
  )
}

const clamp = (value: number) => Math.min(100, Math.max(0, value))
