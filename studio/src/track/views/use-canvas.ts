import { useEffect, useRef, type RefObject } from 'react'
import { useTheme } from '../../shell/use-theme.ts'

/** Draws into a canvas of whatever size it has, sharply on any screen; again after each render and when its size or the colours change. */
export function useCanvas(
  draw: (g: CanvasRenderingContext2D, width: number, height: number) => void,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(draw)
  const theme = useTheme()
  useEffect(() => {
    latest.current = draw
    paint(canvas.current, draw)
  })
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const resize = new ResizeObserver(() => paint(element, latest.current))
    resize.observe(element)
    return () => resize.disconnect()
  }, [theme])
  return canvas
}

function paint(
  canvas: HTMLCanvasElement | null,
  draw: (g: CanvasRenderingContext2D, width: number, height: number) => void,
): void {
  const g = canvas?.getContext('2d')
  if (!canvas || !g) return
  const ratio = window.devicePixelRatio
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
  g.setTransform(ratio, 0, 0, ratio, 0, 0)
  g.clearRect(0, 0, width, height)
  draw(g, width, height)
}
