import { memo, useMemo, useState, type MouseEvent } from 'react'
import { sayFigure, sayMany } from '../../data/say.ts'
import { colour } from '../../shell/use-theme.ts'
import type { ViewsProps } from '../track-data.ts'
import { cssOf, errorColour } from './colours.ts'
import { worstFirst } from './run-figures.ts'
import { useCanvas } from './use-canvas.ts'

type BarsProps = Pick<ViewsProps, 'tracks' | 'selected' | 'onSelect'>

const marginPx = { left: 40, top: 6, bottom: 6 }
const gridPx = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20]

/** Each solved track's error, the worst first; a click selects it. It does not know the playhead, and is not drawn when that moves. */
export const TrackBars = memo(function TrackBars({ tracks, selected, onSelect }: BarsProps) {
  const bars = useMemo(() => worstFirst(tracks.tracks), [tracks])
  const [hovered, setHovered] = useState<number | null>(null)
  // By the root, so that one bad track does not flatten all others.
  const most = Math.sqrt(Math.max(0.3, bars[0]?.errorPx ?? 0))
  const canvas = useCanvas((g, width, height) => {
    const room = height - marginPx.top - marginPx.bottom
    const y = (errorPx: number) => marginPx.top + room * (1 - Math.sqrt(errorPx) / most)
    const step = (width - marginPx.left) / bars.length
    g.font = '11px system-ui, sans-serif'
    g.textBaseline = 'middle'
    g.textAlign = 'right'
    for (const value of gridPx.filter((px) => Math.sqrt(px) < most)) {
      g.fillStyle = colour('line')
      g.fillRect(marginPx.left, Math.round(y(value)), width, 1)
      g.fillStyle = colour('faint')
      g.fillText(String(value), marginPx.left - 6, Math.round(y(value)))
    }
    const chosen = colour('text')
    for (const [i, { id, errorPx }] of bars.entries()) {
      const isChosen = selected.has(id)
      g.fillStyle = isChosen || i === hovered ? chosen : cssOf(errorColour(errorPx))
      const x = marginPx.left + i * step
      g.fillRect(x, y(errorPx), Math.max(1, step - (step > 4 ? 1 : 0)), height - marginPx.bottom - y(errorPx))
      if (isChosen) g.fillRect(x + step / 2 - 2, height - marginPx.bottom + 1, 4, 4)
    }
  })
  const at = (event: MouseEvent<HTMLCanvasElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect()
    const i = Math.floor(((event.clientX - box.left - marginPx.left) / (box.width - marginPx.left)) * bars.length)
    return i >= 0 && i < bars.length ? i : null
  }
  const shown = hovered === null ? undefined : bars[hovered]
  if (bars.length === 0) return <p className="faint">No track was solved.</p>
  return (
    <figure className="graph">
      <figcaption className="legend">
        <span>Error of each track, the worst first, px</span>
        <span className="push number muted">
          {shown
            ? `track ${shown.id}: ${sayFigure(shown.errorPx, 'px')}, ${sayMany(shown.frames.length, 'frame')}`
            : sayMany(bars.length, 'track')}
        </span>
      </figcaption>
      <canvas
        ref={canvas}
        className="bars"
        role="img"
        aria-label={`Errors of ${bars.length} tracks, from ${sayFigure(bars[0]?.errorPx, 'px')} down to ${sayFigure(bars.at(-1)?.errorPx, 'px')}`}
        onMouseMove={(event) => setHovered(at(event))}
        onMouseLeave={() => setHovered(null)}
        onClick={(event) => {
          const bar = bars[at(event) ?? -1]
          if (bar) onSelect(new Set(event.shiftKey ? [...selected, bar.id] : [bar.id]))
        }}
      />
    </figure>
  )
})
