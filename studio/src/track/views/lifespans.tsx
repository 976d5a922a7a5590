import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'
import { sayFigure } from '../../data/say.ts'
import { Segments } from '../../parts/segments.tsx'
import type { ClipTrack, ViewsProps } from '../track-data.ts'
import { cssOf, trackColour, type ColourBy } from './colours.ts'
import { ordered, spansOf, type TrackOrder } from './run-figures.ts'
import { useCanvas } from './use-canvas.ts'

type SheetProps = Pick<ViewsProps, 'solve' | 'tracks' | 'frame' | 'onFrame' | 'selected' | 'onSelect'>

/** Few tracks get thick rows. */
const fewPx = 300
const thinPx = 5
const thickPx = 12

/** One row for each track, from where it was first seen to where it ended; gaps are gaps, wrong places are red. */
export function Lifespans({ solve, tracks, frame, onFrame, selected, onSelect }: SheetProps) {
  const [order, setOrder] = useState<TrackOrder>('start')
  const [colourBy, setColourBy] = useState<ColourBy>('fate')
  const [hovered, setHovered] = useState<number | null>(null)
  const [top, setTop] = useState(0)
  const room = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => rowsOf(ordered(tracks.tracks, order), solve), [tracks, order, solve])
  const rowPx = rows.length * thickPx <= fewPx ? thickPx : thinPx
  const { from, to } = tracks.frames
  const canvas = useCanvas((g, width, height) => {
    paintSheet(g, { width, height, rowPx, top }, { rows, tracks, frame, selected, colourBy, hovered })
  })
  const only = selected.size === 1 ? rows.findIndex(({ track }) => selected.has(track.id)) : -1
  useEffect(() => {
    const element = room.current
    if (!element || only < 0) return
    const y = only * rowPx
    if (y < element.scrollTop || y + rowPx > element.scrollTop + element.clientHeight) {
      element.scrollTop = y - element.clientHeight / 2
    }
  }, [only, rowPx])
  const placeOf = (event: MouseEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const row = Math.floor((event.clientY - box.top + top) / rowPx)
    const at = from + Math.floor(((event.clientX - box.left) / box.width) * (to - from + 1))
    return { row: row < rows.length ? row : null, at: Math.min(to, Math.max(from, at)) }
  }
  return (
    <figure className="graph whole">
      <figcaption className="legend">
        <Segments
          label="Order"
          value={order}
          onChange={setOrder}
          choices={[
            ['start', 'By start'],
            ['length', 'Longest first'],
            ['error', 'Worst first'],
          ]}
        />
        <Segments
          label="Colour by"
          value={colourBy}
          onChange={setColourBy}
          choices={[
            ['fate', 'Outcome'],
            ['error', 'Error'],
          ]}
        />
        <span className="push number muted cut">{wordsOf(rows[hovered ?? only]?.track)}</span>
      </figcaption>
      <div ref={room} className="sheet" onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        <div style={{ height: rows.length * rowPx }}>
          <canvas
            ref={canvas}
            role="img"
            aria-label={`When each of ${rows.length} tracks was seen`}
            onMouseMove={(event) => setHovered(placeOf(event).row)}
            onMouseLeave={() => setHovered(null)}
            onClick={(event) => {
              const { row, at } = placeOf(event)
              const track = row === null ? undefined : rows[row]?.track
              if (track) onSelect(new Set(event.shiftKey ? [...selected, track.id] : [track.id]))
              onFrame(at)
            }}
          />
        </div>
      </div>
    </figure>
  )
}

interface Sheet extends Pick<SheetProps, 'tracks' | 'frame' | 'selected'> {
  readonly rows: readonly Row[]
  readonly colourBy: ColourBy
  readonly hovered: number | null
}

interface Room {
  readonly width: number
  readonly height: number
  readonly rowPx: number
  /** How far it was scrolled. */
  readonly top: number
}

/** Only the rows that are in view. */
function paintSheet(
  g: CanvasRenderingContext2D,
  { width, height, rowPx, top }: Room,
  { rows, tracks, frame, selected, colourBy, hovered }: Sheet,
): void {
  const { from, to } = tracks.frames
  const framePx = width / (to - from + 1)
  const x = (at: number) => (at - from) * framePx
  const last = Math.min(rows.length, Math.ceil((top + height) / rowPx))
  for (let i = Math.max(0, Math.floor(top / rowPx)); i < last; i++) {
    const { track, spans, dropped } = rows[i] as Row
    const isChosen = selected.has(track.id)
    const y = i * rowPx - top
    if (isChosen || i === hovered) {
      g.fillStyle = isChosen ? 'rgb(255 255 255 / 22%)' : 'rgb(255 255 255 / 8%)'
      g.fillRect(0, y, width, rowPx)
    }
    g.fillStyle = isChosen ? '#ffffff' : cssOf(trackColour(track, colourBy))
    for (const [a, b] of spans) g.fillRect(x(a), y + 1, Math.max(1, x(b + 1) - x(a)), rowPx - 2)
    g.fillStyle = '#ff6b5e'
    for (const wrong of dropped) g.fillRect(x(wrong), y, Math.max(2, framePx), rowPx)
  }
  g.fillStyle = 'rgb(255 255 255 / 35%)'
  for (const cut of tracks.cuts) g.fillRect(Math.round(x(cut)), 0, 1, height)
  g.fillStyle = '#7fb0ee'
  g.fillRect(Math.round(x(frame + 0.5)) - 1, 0, 2, height)
}

interface Row {
  readonly track: ClipTrack
  readonly spans: ReturnType<typeof spansOf>
  /** Frames in which the solver held it for wrong. */
  readonly dropped: readonly number[]
}

function rowsOf(tracks: readonly ClipTrack[], solve: ViewsProps['solve']): readonly Row[] {
  const points = (solve?.shots ?? []).flatMap((shot) => (shot.solved ? shot.points : []))
  const dropped = new Map(points.map(({ track, droppedFrames }) => [track, droppedFrames]))
  return tracks.map((track) => ({ track, spans: spansOf(track.frames), dropped: dropped.get(track.id) ?? [] }))
}

const endWords: Readonly<Record<string, string>> = { 'range-end': 'to the end' }

function wordsOf(track: ClipTrack | undefined): string {
  if (!track) return ''
  const end = track.end ? (endWords[track.end.reason] ?? track.end.reason) : null
  return [
    `track ${track.id}`,
    `frames ${track.frames[0] ?? '?'} to ${track.frames.at(-1) ?? '?'}`,
    track.errorPx === null ? track.unsolvedReason : sayFigure(track.errorPx, 'px'),
    end,
  ]
    .filter(Boolean)
    .join(', ')
}
