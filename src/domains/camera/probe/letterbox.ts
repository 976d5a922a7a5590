/** Black bars around a picture: where they end, false corners stand still or slide along. */
import type { Mask } from '#track/match/mask.ts'
import type { LumaFrame } from '#vision/frames.ts'

/** Widths of the bars in pixels, 0 where there is none. */
export interface Letterbox {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Brightest that a bar may be, and how far its pixels may differ, of a range of 1: video black plus what compression does. */
const darkest = 24 / 255
const evenness = 6 / 255
/** A bar is at least this share of the side it takes from. */
const leastShare = 0.02
/** Of a row or column, so many places are looked at. */
const samples = 160
/** Of a line so many places may be lit, as by a subtitle in the bar. */
const litShare = 0.02

/**
 * Bars of even black at the borders of a frame; null where there are none, or the whole picture is black. One dark frame may
 * look so: of a clip only what all frames have (see {@link commonBars}) is a bar.
 */
export function letterbox(frame: LumaFrame): Letterbox | null {
  const { widthPx, heightPx } = frame
  const row = (y: number) => isBar(frame, y * widthPx, widthPx, 1)
  const column = (x: number) => isBar(frame, x, heightPx, widthPx)
  const top = count(heightPx, row)
  if (top === heightPx) return null
  const bars = {
    left: count(widthPx, column),
    top,
    right: count(widthPx, (i) => column(widthPx - 1 - i)),
    bottom: count(heightPx, (i) => row(heightPx - 1 - i)),
  }
  return withoutSlivers(bars, widthPx, heightPx)
}

/** The bars that two frames both have. */
export function commonBars(a: Letterbox | null, b: Letterbox | null): Letterbox | null {
  if (a === null || b === null) return null
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)]
  const [right, bottom] = [Math.min(a.right, b.right), Math.min(a.bottom, b.bottom)]
  return left + top + right + bottom === 0 ? null : { left, top, right, bottom }
}

/** One for each bar: points stay off it, and so far that their patterns do not reach in. */
export function letterboxMasks(
  { left, top, right, bottom }: Letterbox,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  marginPx: number,
): readonly Mask[] {
  const off = (bar: number) => (bar > 0 ? [bar + marginPx] : [])
  const rectangle = (x0: number, y0: number, x1: number, y1: number): Mask => ({
    kind: 'exclude',
    polygon: [x0, y0, x1, y0, x1, y1, x0, y1],
  })
  return [
    ...off(left).map((to) => rectangle(0, 0, to, heightPx)),
    ...off(top).map((to) => rectangle(0, 0, widthPx, to)),
    ...off(right).map((to) => rectangle(widthPx - to, 0, widthPx, heightPx)),
    ...off(bottom).map((to) => rectangle(0, heightPx - to, widthPx, heightPx)),
  ]
}

function withoutSlivers({ left, top, right, bottom }: Letterbox, width: number, height: number): Letterbox | null {
  const kept = (bar: number, side: number) => (bar >= leastShare * side ? bar : 0)
  const bars = {
    left: kept(left, width),
    top: kept(top, height),
    right: kept(right, width),
    bottom: kept(bottom, height),
  }
  return bars.left + bars.top + bars.right + bars.bottom === 0 ? null : bars
}

function count(most: number, isDark: (i: number) => boolean): number {
  let n = 0
  while (n < most && isDark(n)) n++
  return n
}

/** Whether a row or column is even and black, but for a few places. */
function isBar({ luma }: LumaFrame, start: number, length: number, stride: number): boolean {
  const full = luma instanceof Uint8Array ? 255 : 65_535
  const step = Math.max(1, Math.floor(length / samples))
  const first = luma[start]! / full
  if (first > darkest) return false
  let [lit, looked] = [0, 0]
  for (let i = 0; i < length; i += step) {
    const value = luma[start + i * stride]! / full
    if (value > darkest || Math.abs(value - first) > evenness) lit++
    looked++
  }
  return lit <= litShare * looked
}
