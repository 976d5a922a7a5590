/** Draws a shot's tracks onto a canvas. */
import { placeAt, type DrawnTrack, type Fate, type Shot } from './track-model.ts'

export type ColourBy = 'fate' | 'error'

export interface Look {
  readonly frame: number
  readonly colourBy: ColourBy
  /** Whole paths, or only the last second of each. */
  readonly allPaths: boolean
  readonly trailFrames: number
  readonly picked: DrawnTrack | null
}

/** Steps that people who solve cameras think in. */
export const errorSteps = [
  { below: 0.5, words: 'under 0.5 px', colour: '#4cc38a' },
  { below: 1, words: 'to 1 px', colour: '#b5d334' },
  { below: 2, words: 'to 2 px', colour: '#f5a623' },
  { below: Number.POSITIVE_INFINITY, words: 'over 2 px', colour: '#ff6b5e' },
] as const

// The stage is dark in both colour schemes, as in every tracking program; so are the colours on it.
export const fateColours: Readonly<Record<Fate, string>> = {
  solved: '#4cc38a',
  unsolved: '#f5a623',
  deleted: '#ff6b5e',
}
const unknownColour = '#8d939c'

export function colourOf(track: DrawnTrack, by: ColourBy): string {
  if (by === 'fate') return fateColours[track.fate]
  const error = track.errorPx
  return error === null ? unknownColour : (errorSteps.find(({ below }) => error < below)?.colour ?? unknownColour)
}

export function drawTracks(canvas: HTMLCanvasElement, shot: Shot, look: Look, hasPicture: boolean): void {
  const g = canvas.getContext('2d')
  if (!g) return
  const ratio = window.devicePixelRatio
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
  g.setTransform(ratio, 0, 0, ratio, 0, 0)
  g.clearRect(0, 0, width, height)
  drawThirds(g, width, height, hasPicture)
  for (const track of shot.tracks) {
    if (track !== look.picked) drawTrack(g, track, look, width, height)
  }
  if (look.picked) drawTrack(g, look.picked, { ...look, allPaths: true }, width, height, true)
}

function drawThirds(g: CanvasRenderingContext2D, width: number, height: number, hasPicture: boolean): void {
  g.strokeStyle = hasPicture ? 'rgb(255 255 255 / 18%)' : 'rgb(255 255 255 / 8%)'
  g.lineWidth = 1
  g.beginPath()
  for (const share of [1 / 3, 2 / 3]) {
    g.moveTo(Math.round(width * share) + 0.5, 0)
    g.lineTo(Math.round(width * share) + 0.5, height)
    g.moveTo(0, Math.round(height * share) + 0.5)
    g.lineTo(width, Math.round(height * share) + 0.5)
  }
  g.stroke()
}

function drawTrack(
  g: CanvasRenderingContext2D,
  track: DrawnTrack,
  look: Look,
  width: number,
  height: number,
  isPicked = false,
): void {
  const { frames, xs, ys } = track
  const stroke = colourOf(track, look.colourBy)
  const now = placeAt(track, look.frame)
  g.strokeStyle = isPicked ? '#ffffff' : stroke
  g.lineWidth = isPicked ? 2 : 1.2
  g.globalAlpha = isPicked ? 1 : look.allPaths && !now ? 0.35 : 0.8
  g.beginPath()
  let isDown = false
  for (let i = 0; i < frames.length; i++) {
    const frame = frames[i] ?? 0
    const isShown = look.allPaths || (frame <= look.frame && frame >= look.frame - look.trailFrames)
    if (!isShown) {
      isDown = false
      continue
    }
    const [x, y] = [(xs[i] ?? 0) * width, (ys[i] ?? 0) * height]
    if (isDown) g.lineTo(x, y)
    else g.moveTo(x, y)
    isDown = true
  }
  if (!look.allPaths && now && isDown) g.lineTo(now[0] * width, now[1] * height)
  g.stroke()
  g.globalAlpha = 1
  if (!now) return
  g.fillStyle = stroke
  g.beginPath()
  g.arc(now[0] * width, now[1] * height, isPicked ? 5 : 3, 0, 2 * Math.PI)
  g.fill()
  if (isPicked) g.stroke()
}

/** The track that is nearest to a point of the canvas, within reach. */
export function trackNear(
  shot: Shot,
  look: Look,
  x: number,
  y: number,
  width: number,
  height: number,
): DrawnTrack | null {
  let best: DrawnTrack | null = null
  let bestDistance = 14
  const weigh = (track: DrawnTrack, px: number, py: number) => {
    const distance = Math.hypot(px * width - x, py * height - y)
    if (distance >= bestDistance) return
    bestDistance = distance
    best = track
  }
  for (const track of shot.tracks) {
    const now = placeAt(track, look.frame)
    if (now) weigh(track, now[0], now[1])
    if (look.allPaths) for (let i = 0; i < track.xs.length; i++) weigh(track, track.xs[i] ?? 0, track.ys[i] ?? 0)
  }
  return best
}
