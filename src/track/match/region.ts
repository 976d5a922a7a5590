/** The nine regions of a picture: thirds in both directions, row by row. */

export const regions = [
  'top-left',
  'top-center',
  'top-right',
  'mid-left',
  'center',
  'mid-right',
  'bottom-left',
  'bottom-center',
  'bottom-right',
] as const

export type Region = (typeof regions)[number]

/** Index in {@link regions} of the region that holds a position in pixels; positions outside count to the nearest. */
export function regionIndex(x: number, y: number, widthPx: number, heightPx: number): number {
  return third(y, heightPx) * 3 + third(x, widthPx)
}

const third = (value: number, size: number) => Math.min(2, Math.max(0, Math.floor((3 * value) / size)))
