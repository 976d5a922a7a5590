import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type CanvasHTMLAttributes,
  type ReactNode,
  type RefObject,
} from 'react'
import { useKeys } from '../shell/use-keys.ts'
import type { FrameStore } from './frame-store.ts'
import { paintPicture } from './paint.ts'
import type { Player } from './player.ts'
import { fitted, moved, toPicture, zoomed, type Size, type ViewBox } from './view-box.ts'

/** A place on the stage, and the place of the picture that lies there. */
export interface StagePoint {
  readonly stageX: number
  readonly stageY: number
  /** Pixels of the clip. */
  readonly x: number
  readonly y: number
  readonly box: ViewBox
  readonly withShift: boolean
}

/** What the pointer does on the stage. Each may be left out; after each the stage is drawn anew. */
export interface StageTool {
  readonly cursor: string
  readonly hover?: (point: StagePoint | null) => void
  readonly down?: (point: StagePoint) => void
  readonly drag?: (point: StagePoint) => void
  readonly up?: (point: StagePoint) => void
  readonly doubleClick?: (point: StagePoint) => void
}

interface StageProps {
  readonly player: Player
  /** null where the clip is not there: tracks are drawn over nothing. */
  readonly frames: FrameStore | null
  readonly picture: Size
  /** Width of a pixel over its height. */
  readonly pixelAspect: number
  /** Fetches the pictures around the playhead too. */
  readonly readsAhead: boolean
  readonly label: string
  readonly tool: StageTool
  readonly paintOver: (g: CanvasRenderingContext2D, box: ViewBox, frame: number) => void
  /** Lies over the picture. */
  readonly children?: ReactNode
}

const none: Size = { width: 0, height: 0 }
/** The buttons of the pointer that move the picture instead of using the tool. */
const middleButton = 1

/** The picture at the playhead with something drawn over it; wheel zooms, middle button or Alt moves, F fits. */
export function Stage(props: StageProps) {
  const { player, frames, picture, pixelAspect, readsAhead, label, tool, paintOver, children } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const stage = useRef<Size>(none)
  /** null: the picture is fitted, whatever size the stage has. */
  const [view, setView] = useState<ViewBox | null>(null)
  const box = useCallback(() => view ?? fitted(stage.current, picture, pixelAspect), [view, picture, pixelAspect])

  const draw = () => {
    const element = canvas.current
    const g = element?.getContext('2d')
    if (!element || !g) return
    const ratio = window.devicePixelRatio
    const { width, height } = stage.current
    resizeTo(element, width * ratio, height * ratio)
    g.setTransform(ratio, 0, 0, ratio, 0, 0)
    const { frame, speed } = player.state()
    const now = box()
    const fine = speed === 0 ? fineWidth(now, picture, ratio) : 0
    frames?.want(frame, { direction: speed, fineWidth: fine, readsAhead })
    const bitmap = frames?.get(frame) ?? null
    const standIn = bitmap ?? frames?.nearest(frame) ?? null
    paintPicture(g, stage.current, now, picture, { bitmap: standIn, isStandIn: bitmap === null })
    paintOver(g, now, frame)
  }
  const redraw = useRedraw(draw)

  useEffect(() => {
    const stops = [player.subscribe(redraw), frames?.subscribe(redraw)]
    return () => {
      for (const stop of stops) stop?.()
    }
  }, [player, frames, redraw])
  useSize(canvas, stage, redraw)
  useEffect(redraw)
  useWheel(canvas, (event) => {
    const [x, y] = placeOf(event, canvas.current)
    const least = fitted(stage.current, picture, pixelAspect).scale / 4
    setView(zoomed(box(), Math.exp(-event.deltaY * 0.0016), x, y, least))
  })
  useKeys({ f: () => setView(null) })

  const [isMoving, pointer] = usePointer({ canvas, box, tool, redraw, move: (dx, dy) => setView(moved(box(), dx, dy)) })
  return (
    <div className="track-stage">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ cursor: isMoving ? 'grabbing' : tool.cursor }}
        {...pointer}
      />
      {children}
      {view && (
        <button type="button" className="stage-zoom number" onClick={() => setView(null)} title="Fit the picture (F)">
          {Math.round(view.scale * 100)} %
        </button>
      )}
    </div>
  )
}

interface PointerOptions {
  readonly canvas: RefObject<HTMLCanvasElement | null>
  readonly box: () => ViewBox
  readonly tool: StageTool
  readonly redraw: () => void
  readonly move: (dx: number, dy: number) => void
}

type PointerHandlers = Pick<
  CanvasHTMLAttributes<HTMLCanvasElement>,
  'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerLeave' | 'onDoubleClick'
>

/** Hands the pointer to the tool, or moves the picture with it. */
function usePointer({ canvas, box, tool, redraw, move }: PointerOptions): readonly [boolean, PointerHandlers] {
  const [isMoving, setMoving] = useState(false)
  const pointOf = (event: { clientX: number; clientY: number; shiftKey: boolean }): StagePoint => {
    const [stageX, stageY] = placeOf(event, canvas.current)
    const now = box()
    const [x, y] = toPicture(now, stageX, stageY)
    return { stageX, stageY, x, y, box: now, withShift: event.shiftKey }
  }
  return [
    isMoving,
    {
      onPointerDown(event) {
        event.currentTarget.setPointerCapture(event.pointerId)
        if (event.button === middleButton || event.altKey) setMoving(true)
        else if (event.button === 0) tool.down?.(pointOf(event))
        redraw()
      },
      onPointerMove(event) {
        if (isMoving) move(event.movementX, event.movementY)
        else if (event.buttons & 1) tool.drag?.(pointOf(event))
        else tool.hover?.(pointOf(event))
        redraw()
      },
      onPointerUp(event) {
        if (isMoving) setMoving(false)
        else if (event.button === 0) tool.up?.(pointOf(event))
        redraw()
      },
      onPointerLeave() {
        tool.hover?.(null)
        redraw()
      },
      onDoubleClick(event) {
        tool.doubleClick?.(pointOf(event))
        redraw()
      },
    },
  ]
}

/** Keeps a stage's size in CSS pixels, and has it drawn anew when that changes. */
function useSize(canvas: RefObject<HTMLCanvasElement | null>, size: RefObject<Size>, redraw: () => void): void {
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      size.current = { width: element.clientWidth, height: element.clientHeight }
      redraw()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [canvas, size, redraw])
}

/** However many things change before the next picture of the screen, it is drawn once. */
function useRedraw(draw: () => void): () => void {
  const latest = useRef(draw)
  const request = useRef(0)
  useEffect(() => {
    latest.current = draw
  })
  useEffect(() => () => cancelAnimationFrame(request.current), [])
  return useCallback(() => {
    cancelAnimationFrame(request.current)
    request.current = requestAnimationFrame(() => latest.current())
  }, [])
}

/** React listens to wheels passively, where scrolling cannot be prevented. */
function useWheel(element: { readonly current: HTMLElement | null }, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel)
  useEffect(() => {
    latest.current = onWheel
  })
  useEffect(() => {
    const target = element.current
    const listen = (event: WheelEvent) => {
      event.preventDefault()
      latest.current(event)
    }
    target?.addEventListener('wheel', listen, { passive: false })
    return () => target?.removeEventListener('wheel', listen)
  }, [element])
}

function placeOf(event: { clientX: number; clientY: number }, element: HTMLElement | null): readonly [number, number] {
  const frame = element?.getBoundingClientRect()
  return [event.clientX - (frame?.left ?? 0), event.clientY - (frame?.top ?? 0)]
}

function resizeTo(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== Math.round(width)) canvas.width = Math.round(width)
  if (canvas.height !== Math.round(height)) canvas.height = Math.round(height)
}

const widths = [480, 960, 1440, 1920, 2880, 3840]

/** The least of a few widths that fills the stage, so that pictures are asked for in few sizes. */
function fineWidth({ scale }: ViewBox, { width }: Size, ratio: number): number {
  const shown = Math.min(width, width * scale * ratio)
  return Math.min(width, widths.find((one) => one >= shown * 0.9) ?? width)
}
