/** Draws the tracks of a running job: fresh ones bright, ended ones fading. */
import type { LiveTracks } from './live-tracks.ts'
import { stageColours } from './paint.ts'
import type { ViewBox } from './view-box.ts'

const freshMoments = 3

export function paintLive(g: CanvasRenderingContext2D, box: ViewBox, { moment, tracks }: LiveTracks): void {
  g.lineWidth = 1.25
  for (const { tail, seen, at } of tracks.values()) {
    const gone = moment - at
    const colour = gone > 0 ? stageColours.deleted : seen <= freshMoments ? stageColours.fresh : stageColours.solved
    g.globalAlpha = gone > 0 ? Math.max(0.1, 0.7 - gone * 0.2) : 1
    g.strokeStyle = colour
    g.fillStyle = colour
    g.beginPath()
    for (let i = 0; i < tail.length; i += 2) {
      const [x, y] = [box.x + (tail[i] as number) * box.scale, box.y + (tail[i + 1] as number) * box.scaleY]
      if (i === 0) g.moveTo(x, y)
      else g.lineTo(x, y)
      if (i + 2 >= tail.length) dot(g, x, y)
    }
  }
  g.globalAlpha = 1
}

function dot(g: CanvasRenderingContext2D, x: number, y: number): void {
  g.stroke()
  g.beginPath()
  g.arc(x, y, 2.5, 0, 2 * Math.PI)
  g.fill()
}
