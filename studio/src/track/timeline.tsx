import { useCallback, useEffect, useRef, type PointerEvent } from 'react'
import { errorSteps } from '../session/camera/draw-tracks.ts'
import { colour, useTheme } from '../shell/use-theme.ts'
import type { FrameFigures } from './frame-figures.ts'
import type { FrameStore } from './frame-store.ts'
import { usePlayer, type Player } from './player.ts'

interface TimelineProps {
  readonly player: Player
  readonly frames: FrameStore | null
  /** null while there are no tracks. */
  readonly figures: FrameFigures | null
  readonly cuts: readonly number[]
  /** The frames that are to be tracked; null: all. */
  readonly range: { readonly from: number; readonly to: number } | null
}

const height = 46
const stripTop = 30

/** Tracks per frame, error per frame, cuts and pictures that are here; the pointer moves the playhead. */
export function Timeline({ player, frames, figures, cuts, range }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const { frame } = usePlayer(player)
  const { first, last } = player

  const draw = useCallback(() => {
    const element = canvas.current
    const g = element?.getContext('2d')
    if (!element || !g) return
    const ratio = window.devicePixelRatio
    const width = element.clientWidth
    if (element.width !== Math.round(width * ratio)) element.width = Math.round(width * ratio)
    if (element.height !== height * ratio) element.height = height * ratio
    g.setTransform(ratio, 0, 0, ratio, 0, 0)
    g.clearRect(0, 0, width, height)
    const step = width / (last - first + 1)
    const at = (one: number) => (one - first) * step
    g.fillStyle = colour('sunken')
    g.fillRect(0, 0, width, stripTop - 2)
    if (figures) paintFigures(g, figures, at, step)
    g.fillStyle = colour('line-strong')
    g.fillRect(0, stripTop + 11, width, 3)
    g.fillStyle = colour('faint')
    for (const one of frames?.ready() ?? []) g.fillRect(at(one), stripTop + 11, Math.max(1, step), 3)
    g.fillStyle = colour('partial')
    for (const cut of cuts) g.fillRect(at(cut) - 1, 0, 2, stripTop + 9)
    if (range) {
      g.fillStyle = colour('page')
      g.globalAlpha = 0.75
      g.fillRect(0, 0, at(range.from), height)
      g.fillRect(at(range.to + 1), 0, width, height)
      g.globalAlpha = 1
    }
    paintHead(g, at(player.state().frame), step)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- colours are read from the theme
  }, [player, frames, figures, cuts, range, first, last, theme])

  useEffect(draw, [draw, frame])
  useEffect(() => frames?.subscribe(draw), [frames, draw])
  useEffect(() => {
    const observer = new ResizeObserver(draw)
    if (canvas.current) observer.observe(canvas.current)
    return () => observer.disconnect()
  }, [draw])

  const scrub = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    player.go(first + Math.floor(((event.clientX - left) / width) * (last - first + 1)))
  }
  return (
    <canvas
      ref={canvas}
      className="track-timeline"
      style={{ height }}
      role="slider"
      tabIndex={0}
      aria-label="Frame"
      aria-valuemin={first}
      aria-valuemax={last}
      aria-valuenow={frame}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        scrub(event)
      }}
      onPointerMove={(event) => {
        if (event.buttons & 1) scrub(event)
      }}
    />
  )
}

function paintFigures(
  g: CanvasRenderingContext2D,
  { from, alive, solved, errorPx, most }: FrameFigures,
  at: (frame: number) => number,
  step: number,
): void {
  const room = stripTop - 4
  const wide = Math.max(1, step - (step > 4 ? 1 : 0))
  for (let i = 0; i < alive.length; i++) {
    const x = at(from + i)
    const [all, good] = [((alive[i] as number) / most) * room, ((solved[i] as number) / most) * room]
    g.fillStyle = colourAlive
    g.fillRect(x, stripTop - 2 - all, wide, all)
    g.fillStyle = colourSolved
    g.fillRect(x, stripTop - 2 - good, wide, good)
    const error = errorPx[i] as number
    g.fillStyle = Number.isNaN(error)
      ? colourMissing
      : (errorSteps.find(({ below }) => error < below)?.colour ?? colourMissing)
    g.globalAlpha = Number.isNaN(error) ? 0.35 : 1
    g.fillRect(x, stripTop, wide, 8)
    g.globalAlpha = 1
  }
}

// Mid tones that read on light and dark alike.
const colourAlive = 'rgb(127 140 158 / 45%)'
const colourSolved = 'rgb(76 155 138 / 75%)'
const colourMissing = '#8d939c'

function paintHead(g: CanvasRenderingContext2D, x: number, step: number): void {
  g.fillStyle = colour('accent')
  g.globalAlpha = 0.35
  g.fillRect(x, 0, Math.max(2, step), height)
  g.globalAlpha = 1
  g.fillRect(x + Math.max(2, step) / 2 - 1, 0, 2, height)
}
