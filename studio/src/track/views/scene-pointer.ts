/** What the pointer means in the 3D view: hovering, clicking, and places of the scene as they are seen. */
import { type Camera, Vector3 } from 'three'

/** What lies under the pointer. */
export type Hit =
  | { readonly kind: 'point'; readonly track: number; readonly x: number; readonly y: number }
  | { readonly kind: 'frame'; readonly frame: number; readonly x: number; readonly y: number }

export interface PointerListener {
  readonly onPick: (hit: Hit | null, withShift: boolean) => void
  readonly onHover: (hit: Hit | null) => void
}

/** A press that moves less is a click, else it turns the view. */
const clickPx = 4

/** @returns stops listening */
export function watchPointer(
  canvas: HTMLCanvasElement,
  hitAt: (x: number, y: number) => Hit | null,
  { onPick, onHover }: PointerListener,
): () => void {
  let pressed: readonly [x: number, y: number] | null = null
  const stop = new AbortController()
  const on = <K extends 'pointerdown' | 'pointermove' | 'pointerup' | 'pointerleave'>(
    name: K,
    act: (event: PointerEvent) => void,
  ) => canvas.addEventListener(name, act, { signal: stop.signal })
  on('pointerdown', ({ button, offsetX, offsetY }) => (pressed = button === 0 ? [offsetX, offsetY] : null))
  on('pointermove', ({ buttons, offsetX, offsetY }) => {
    if (buttons === 0) onHover(hitAt(offsetX, offsetY))
  })
  on('pointerup', ({ offsetX, offsetY, shiftKey }) => {
    const isClick = pressed !== null && Math.hypot(offsetX - pressed[0], offsetY - pressed[1]) <= clickPx
    pressed = null
    if (isClick) onPick(hitAt(offsetX, offsetY), shiftKey)
  })
  on('pointerleave', () => onHover(null))
  return () => stop.abort()
}

/** Places of the scene (3 numbers each) in CSS pixels (2 each); NaN of what is behind the viewer or beside the picture. */
export function onScreen(places: Float64Array, viewer: Camera, width: number, height: number): Float32Array {
  const out = new Float32Array((places.length / 3) * 2).fill(Number.NaN)
  const place = new Vector3()
  for (let i = 0; i < places.length / 3; i++) {
    place.fromArray(places, 3 * i).project(viewer)
    if (Math.abs(place.x) > 1 || Math.abs(place.y) > 1 || Math.abs(place.z) > 1) continue
    out[2 * i] = ((place.x + 1) / 2) * width
    out[2 * i + 1] = ((1 - place.y) / 2) * height
  }
  return out
}
