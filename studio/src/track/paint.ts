/** Draws onto the stage: the picture, and over it tracks, tails, reprojected points and outlines. */
import { errorSteps } from '../session/camera/draw-tracks.ts'
import type { EditedTracks } from './changes.ts'
import { markerAt, type ClipTrack } from './track-data.ts'
import { toStage, type Size, type ViewBox } from './view-box.ts'

export type ColourBy = 'error' | 'fate'

// The stage is dark in both colour schemes, as in every tracking program; so are the colours on it.
export const stageColours = {
  solved: '#4cc38a',
  unsolved: '#f5a623',
  unknown: '#8ab4f8',
  deleted: '#ff6b5e',
  disabled: '#8d939c',
  added: '#4fd8eb',
  reprojected: '#ff5fd2',
  selected: '#ffffff',
  mask: '#f5a623',
  include: '#4fd8eb',
  fresh: '#4fd8eb',
} as const

export function colourOf(track: ClipTrack, by: ColourBy): string {
  if (by === 'fate' || track.fate === 'unknown') return stageColours[track.fate]
  const { errorPx } = track
  if (errorPx === null) return stageColours.disabled
  return errorSteps.find(({ below }) => errorPx < below)?.colour ?? stageColours.deleted
}

export function paintPicture(g: CanvasRenderingContext2D, stage: Size, box: ViewBox, of: Size, picture: Picture): void {
  const { bitmap, isStandIn } = picture
  g.clearRect(0, 0, stage.width, stage.height)
  const [width, height] = [of.width * box.scale, of.height * box.scaleY]
  g.fillStyle = '#232529'
  g.fillRect(box.x, box.y, width, height)
  if (!bitmap) return
  // Close up, each pixel is shown as it is.
  g.imageSmoothingEnabled = box.scale < 4
  g.globalAlpha = isStandIn ? 0.6 : 1
  g.drawImage(bitmap, box.x, box.y, width, height)
  g.globalAlpha = 1
}

export interface Picture {
  readonly bitmap: ImageBitmap | null
  /** It is the picture of another frame, until the right one comes. */
  readonly isStandIn: boolean
}

export interface TrackLook {
  readonly frame: number
  readonly colourBy: ColourBy
  /** How many frames a tail goes back; Infinity draws whole paths. */
  readonly tailFrames: number
  readonly selected: ReadonlySet<number>
  readonly hovered: number | null
  readonly reprojected: ReadonlyMap<number, readonly [number, number]> | null
}

export function paintTracks(g: CanvasRenderingContext2D, box: ViewBox, of: EditedTracks, look: TrackLook): void {
  g.lineWidth = 1.25
  g.lineJoin = 'round'
  for (const track of of.tracks) {
    if (!look.selected.has(track.id) && track.id !== look.hovered) paintTrack(g, box, of, track, look)
  }
  if (look.colourBy === 'fate') for (const track of of.removed) paintRemoved(g, box, track, look)
  // What is chosen lies on top.
  for (const id of look.selected) paintChosen(g, box, of, id, look)
  if (look.hovered !== null && !look.selected.has(look.hovered)) paintChosen(g, box, of, look.hovered, look)
  for (const { frame, x, y } of of.added) paintAdded(g, box, x, y, frame === look.frame)
}

function paintChosen(g: CanvasRenderingContext2D, box: ViewBox, of: EditedTracks, id: number, look: TrackLook): void {
  const track = of.byId.get(id)
  if (track) paintTrack(g, box, of, track, look)
}

function paintTrack(
  g: CanvasRenderingContext2D,
  box: ViewBox,
  { deleted, disabled, moved }: EditedTracks,
  track: ClipTrack,
  look: TrackLook,
): void {
  const isChosen = look.selected.has(track.id) || look.hovered === track.id
  const isGone = deleted.has(track.id)
  const isOff = disabled.has(track.id)
  const at = markerAt(track, look.frame)
  if (at < 0 && !(isChosen && look.selected.has(track.id)) && Number.isFinite(look.tailFrames)) return
  const colour = isGone ? stageColours.deleted : isOff ? stageColours.disabled : colourOf(track, look.colourBy)
  g.globalAlpha = isChosen ? 1 : isGone || isOff ? 0.45 : 0.85
  g.strokeStyle = isChosen ? stageColours.selected : colour
  if (!isGone || isChosen) paintTail(g, box, track, look.frame, isChosen ? Number.POSITIVE_INFINITY : look.tailFrames)
  g.globalAlpha = isGone || isOff ? 0.6 : 1
  if (at < 0) return
  const [x, y] = toStage(box, track.xy[2 * at] as number, track.xy[2 * at + 1] as number)
  const again = look.reprojected?.get(track.id)
  if (again && !isGone && !isOff) paintReprojected(g, box, x, y, again)
  g.fillStyle = moved.get(track.id)?.has(look.frame) ? stageColours.added : colour
  if (isGone || isOff) paintCross(g, x, y, colour)
  else paintDot(g, x, y, isChosen)
  g.globalAlpha = 1
}

/** What the program took out: its path, and a cross where it is now. */
function paintRemoved(g: CanvasRenderingContext2D, box: ViewBox, track: ClipTrack, look: TrackLook): void {
  const at = markerAt(track, look.frame)
  if (at < 0) return
  const isHovered = look.hovered === track.id
  g.globalAlpha = isHovered ? 1 : 0.5
  g.strokeStyle = stageColours.deleted
  paintTail(g, box, track, look.frame, isHovered ? Number.POSITIVE_INFINITY : look.tailFrames)
  const [x, y] = toStage(box, track.xy[2 * at] as number, track.xy[2 * at + 1] as number)
  paintCross(g, x, y, stageColours.deleted)
  g.globalAlpha = 1
}

/** The path up to a frame, and after it for whole paths; broken where the track has gaps. */
function paintTail(g: CanvasRenderingContext2D, box: ViewBox, track: ClipTrack, frame: number, tail: number): void {
  if (tail <= 0) return
  const { frames, xy } = track
  const last = Number.isFinite(tail) ? frame : Number.POSITIVE_INFINITY
  let before = Number.NEGATIVE_INFINITY
  g.beginPath()
  for (let i = Number.isFinite(tail) ? firstFrom(frames, frame - tail) : 0; i < frames.length; i++) {
    const here = frames[i] as number
    if (here > last) break
    const x = box.x + (xy[2 * i] as number) * box.scale
    const y = box.y + (xy[2 * i + 1] as number) * box.scaleY
    if (here - before === 1) g.lineTo(x, y)
    else g.moveTo(x, y)
    before = here
  }
  g.stroke()
}

function firstFrom(frames: Int32Array, frame: number): number {
  let low = 0
  let high = frames.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((frames[middle] as number) < frame) low = middle + 1
    else high = middle
  }
  return low
}

function paintDot(g: CanvasRenderingContext2D, x: number, y: number, isChosen: boolean): void {
  g.beginPath()
  g.arc(x, y, isChosen ? 4.5 : 2.75, 0, 2 * Math.PI)
  g.fill()
  if (!isChosen) return
  g.strokeStyle = stageColours.selected
  g.lineWidth = 1.75
  g.stroke()
  g.lineWidth = 1.25
}

function paintCross(g: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  g.strokeStyle = colour
  g.beginPath()
  g.moveTo(x - 3, y - 3)
  g.lineTo(x + 3, y + 3)
  g.moveTo(x + 3, y - 3)
  g.lineTo(x - 3, y + 3)
  g.stroke()
}

function paintReprojected(
  g: CanvasRenderingContext2D,
  box: ViewBox,
  x: number,
  y: number,
  [px, py]: readonly [number, number],
): void {
  const [toX, toY] = toStage(box, px, py)
  g.strokeStyle = stageColours.reprojected
  g.globalAlpha = 0.9
  g.beginPath()
  g.moveTo(x, y)
  g.lineTo(toX, toY)
  g.moveTo(toX - 3.5, toY)
  g.lineTo(toX + 3.5, toY)
  g.moveTo(toX, toY - 3.5)
  g.lineTo(toX, toY + 3.5)
  g.stroke()
  g.globalAlpha = 1
}

function paintAdded(g: CanvasRenderingContext2D, box: ViewBox, x: number, y: number, isHere: boolean): void {
  const [sx, sy] = toStage(box, x, y)
  g.globalAlpha = isHere ? 1 : 0.35
  g.strokeStyle = stageColours.added
  g.lineWidth = 1.75
  g.strokeRect(sx - 6, sy - 6, 12, 12)
  g.beginPath()
  g.moveTo(sx - 3, sy)
  g.lineTo(sx + 3, sy)
  g.moveTo(sx, sy - 3)
  g.lineTo(sx, sy + 3)
  g.stroke()
  g.lineWidth = 1.25
  g.globalAlpha = 1
}

export interface Outline {
  readonly points: readonly (readonly [number, number])[]
  readonly exclude: boolean
}

/** Masks; the one that is being drawn stays open. */
export function paintMasks(g: CanvasRenderingContext2D, box: ViewBox, masks: readonly Outline[], open: Outline | null) {
  for (const mask of open ? [...masks, open] : masks) {
    const isOpen = mask === open
    const colour = mask.exclude ? stageColours.mask : stageColours.include
    g.strokeStyle = colour
    g.fillStyle = colour
    g.lineWidth = 1.5
    g.setLineDash(isOpen ? [5, 4] : [])
    g.beginPath()
    for (const [i, [x, y]] of mask.points.entries()) {
      const [sx, sy] = toStage(box, x, y)
      if (i === 0) g.moveTo(sx, sy)
      else g.lineTo(sx, sy)
    }
    if (!isOpen) g.closePath()
    g.globalAlpha = 0.16
    g.fill()
    g.globalAlpha = 1
    g.stroke()
    g.setLineDash([])
    for (const [x, y] of mask.points) {
      const [sx, sy] = toStage(box, x, y)
      g.fillRect(sx - 2.5, sy - 2.5, 5, 5)
    }
  }
}

/** A box from one stage position to another, while it is drawn. */
export function paintBox(
  g: CanvasRenderingContext2D,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
): void {
  g.strokeStyle = stageColours.selected
  g.fillStyle = 'rgb(255 255 255 / 8%)'
  g.setLineDash([4, 3])
  g.lineWidth = 1
  g.fillRect(x0, y0, x1 - x0, y1 - y0)
  g.strokeRect(x0 + 0.5, y0 + 0.5, x1 - x0, y1 - y0)
  g.setLineDash([])
}

/** The track whose marker in a frame is nearest to a stage position, within reach; what is deleted comes last. */
export function trackNear(
  of: Pick<EditedTracks, 'tracks' | 'deleted'>,
  frame: number,
  box: ViewBox,
  x: number,
  y: number,
): number | null {
  let best: number | null = null
  let bestDistance = 12
  for (const track of of.tracks) {
    const at = markerAt(track, frame)
    if (at < 0) continue
    const [sx, sy] = toStage(box, track.xy[2 * at] as number, track.xy[2 * at + 1] as number)
    const distance = Math.hypot(sx - x, sy - y) + (of.deleted.has(track.id) ? 4 : 0)
    if (distance >= bestDistance) continue
    bestDistance = distance
    best = track.id
  }
  return best
}

/** The tracks with a marker inside a box of picture positions. */
export function tracksWithin(
  of: EditedTracks,
  frame: number,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): ReadonlySet<number> {
  const inside = new Set<number>()
  const [left, right, top, bottom] = [Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)]
  for (const track of of.tracks) {
    const at = markerAt(track, frame)
    if (at < 0 || of.deleted.has(track.id)) continue
    const [x, y] = [track.xy[2 * at] as number, track.xy[2 * at + 1] as number]
    if (x >= left && x <= right && y >= top && y <= bottom) inside.add(track.id)
  }
  return inside
}
