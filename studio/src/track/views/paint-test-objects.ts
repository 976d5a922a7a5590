/** Draws the test objects of a shot onto the player's stage. */
import { shotAt, type Solve } from '../track-data.ts'
import { toStage, type ViewBox } from '../view-box.ts'
import { laidScene, sceneKey } from './laid-scene.ts'
import { seenObject, type Piece } from './test-objects.ts'

interface Where {
  readonly solve: Solve | null
  /** Id of the session or job that the solve is of. */
  readonly run: string
  readonly frame: number
}

/** Nothing is drawn in a frame whose camera was not solved. */
export function paintTestObjects(g: CanvasRenderingContext2D, box: ViewBox, { solve, run, frame }: Where): void {
  const shot = shotAt(solve, frame)
  if (!shot?.solved) return
  const { orientation, objects } = laidScene(sceneKey(run, shot), shot).now
  if (objects.length === 0) return
  const camera = shot.cameras.find((one) => one.frame === frame)
  if (!camera) return
  g.save()
  const { widthPx, heightPx } = shot.intrinsics
  g.beginPath()
  g.rect(box.x, box.y, widthPx * box.scale, heightPx * box.scaleY)
  g.clip()
  g.lineJoin = 'round'
  g.lineCap = 'round'
  const pieces = objects.flatMap((object) => seenObject(object, shot, camera, orientation.rotation))
  for (const piece of pieces.toSorted((a, b) => b.depth - a.depth)) paintPiece(g, box, piece)
  g.restore()
}

function paintPiece(g: CanvasRenderingContext2D, box: ViewBox, { kind, pixels, colour, light, hasRim }: Piece): void {
  g.beginPath()
  for (let i = 0; i < pixels.length; i += 2) {
    const [x, y] = toStage(box, pixels[i] as number, pixels[i + 1] as number)
    if (i === 0) g.moveTo(x, y)
    else g.lineTo(x, y)
  }
  if (kind === 'line') return paintLine(g, colour, light)
  g.closePath()
  // Seen through, so that the place it stands on can be judged.
  g.globalAlpha = 0.72
  g.fillStyle = `color-mix(in srgb, ${colour} ${Math.round(35 + 65 * light)}%, black)`
  g.fill()
  if (!hasRim) return
  g.globalAlpha = 0.9
  g.lineWidth = 1
  g.strokeStyle = 'rgb(0 0 0 / 45%)'
  g.stroke()
}

/** With a dark rim, to be seen over bright footage too. */
function paintLine(g: CanvasRenderingContext2D, colour: string, light: number): void {
  const width = light < 1 ? 1.25 : 2.5
  g.globalAlpha = 0.45
  g.lineWidth = width + 1.5
  g.strokeStyle = '#000'
  g.stroke()
  g.globalAlpha = light < 1 ? 0.75 : 1
  g.lineWidth = width
  g.strokeStyle = colour
  g.stroke()
}
