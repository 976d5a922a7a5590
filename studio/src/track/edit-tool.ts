/** What the pointer does to tracks: choose by click or box, move a marker, add a point. */
import { useMemo, useRef, useState } from 'react'
import type { EditedTracks, Step } from './changes.ts'
import { paintBox, stageColours, trackNear, tracksWithin } from './paint.ts'
import type { Player } from './player.ts'
import type { StagePoint, StageTool } from './stage.tsx'
import { markerAt } from './track-data.ts'
import { toStage, type ViewBox } from './view-box.ts'

export type ToolName = 'select' | 'move' | 'add'

interface EditToolOptions {
  readonly name: ToolName
  readonly player: Player
  readonly tracks: EditedTracks | null
  readonly selected: ReadonlySet<number>
  readonly onSelect: (tracks: ReadonlySet<number>) => void
  readonly onStep: (step: Step) => void
}

export interface EditTool {
  readonly tool: StageTool
  readonly hovered: number | null
  /** What is being drawn or dragged at this moment. */
  readonly paint: (g: CanvasRenderingContext2D, box: ViewBox) => void
}

interface Held {
  readonly start: StagePoint
  now: StagePoint
  /** The track whose marker is dragged. */
  readonly track: number | null
}

const cursors: Readonly<Record<ToolName, string>> = { select: 'default', move: 'move', add: 'crosshair' }
/** A pointer that moved less than this has clicked. */
const clickPx = 4

export function useEditTool(options: EditToolOptions): EditTool {
  const { name, player, tracks, selected, onSelect, onStep } = options
  const [hovered, setHovered] = useState<number | null>(null)
  const held = useRef<Held | null>(null)

  const tool = useMemo<StageTool>(() => {
    const near = ({ stageX, stageY, box }: StagePoint) =>
      tracks && trackNear(tracks, player.state().frame, box, stageX, stageY)
    const nearRemoved = ({ stageX, stageY, box }: StagePoint) =>
      tracks && trackNear({ ...tracks, tracks: tracks.removed }, player.state().frame, box, stageX, stageY)
    return {
      cursor: cursors[name],
      hover: (point) => setHovered(point && name !== 'add' ? (near(point) ?? nearRemoved(point)) : null),
      down(point) {
        player.pause()
        const track = name === 'move' ? near(point) : null
        held.current = { start: point, now: point, track }
      },
      drag(point) {
        if (held.current) held.current.now = point
      },
      up(point) {
        const { start, track } = held.current ?? { start: point, track: null }
        held.current = null
        if (!tracks) return
        const { frame } = player.state()
        const isClick = Math.hypot(point.stageX - start.stageX, point.stageY - start.stageY) < clickPx
        if (name === 'add') onStep({ title: 'Add a point', changes: [{ op: 'add', frame, x: point.x, y: point.y }] })
        else if (name === 'move' && track !== null && !isClick) onStep(moveStep(track, frame, start, point, tracks))
        else if (isClick) onSelect(clicked(near(point), selected, point.withShift))
        else if (name === 'select') {
          const inside = tracksWithin(tracks, frame, [start.x, start.y], [point.x, point.y])
          onSelect(point.withShift ? new Set([...selected, ...inside]) : inside)
        }
      },
    }
  }, [name, player, tracks, selected, onSelect, onStep])

  const paint = (g: CanvasRenderingContext2D, box: ViewBox) => {
    if (!held.current || !tracks) return
    const { start, now, track } = held.current
    if (name === 'select') return paintBox(g, [start.stageX, start.stageY, now.stageX, now.stageY])
    if (name === 'move' && track !== null) paintDragged(g, box, tracks, track, player.state().frame, held.current)
  }
  return { tool, hovered, paint }
}

function clicked(track: number | null, selected: ReadonlySet<number>, withShift: boolean): ReadonlySet<number> {
  if (track === null) return withShift ? selected : new Set()
  if (!withShift) return new Set([track])
  const next = new Set(selected)
  if (!next.delete(track)) next.add(track)
  return next
}

/** The marker moves by as much as the pointer did, wherever it was taken hold of. */
function moveStep(track: number, frame: number, start: StagePoint, end: StagePoint, tracks: EditedTracks): Step {
  const [x, y] = placeOf(tracks, track, frame)
  const change = { op: 'move', track, frame, x: x + end.x - start.x, y: y + end.y - start.y } as const
  return { title: `Move track ${track} in frame ${frame}`, changes: [change] }
}

function placeOf({ byId }: EditedTracks, id: number, frame: number): readonly [number, number] {
  const track = byId.get(id)
  const at = track ? markerAt(track, frame) : -1
  return [track?.xy[2 * at] ?? 0, track?.xy[2 * at + 1] ?? 0]
}

function paintDragged(
  g: CanvasRenderingContext2D,
  box: ViewBox,
  tracks: EditedTracks,
  track: number,
  frame: number,
  { start, now }: Held,
): void {
  const [x, y] = placeOf(tracks, track, frame)
  const [fromX, fromY] = toStage(box, x, y)
  const [toX, toY] = toStage(box, x + now.x - start.x, y + now.y - start.y)
  g.strokeStyle = stageColours.added
  g.lineWidth = 1.25
  g.beginPath()
  g.moveTo(fromX, fromY)
  g.lineTo(toX, toY)
  g.moveTo(toX - 8, toY)
  g.lineTo(toX + 8, toY)
  g.moveTo(toX, toY - 8)
  g.lineTo(toX, toY + 8)
  g.stroke()
}
