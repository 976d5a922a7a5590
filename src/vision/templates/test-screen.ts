/** A drawn screen for tests: panels, buttons with borders, and lines of strokes that look like text, each different. */
import { seededRng } from '#core/rng.ts'
import type { Picture } from './picture.ts'

export interface DrawnScreen extends Picture {
  readonly channels: 3
  /** Where each button lies. */
  readonly buttons: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
}

type Color = readonly [number, number, number]

export function drawScreen(widthPx: number, heightPx: number, seed: number): DrawnScreen {
  const rng = seededRng(seed)
  const data = new Uint8Array(3 * widthPx * heightPx).fill(245)
  const fill = (x: number, y: number, width: number, height: number, color: Color) => {
    for (let v = Math.max(0, y); v < Math.min(heightPx, y + height); v++) {
      for (let u = Math.max(0, x); u < Math.min(widthPx, x + width); u++) data.set(color, 3 * (v * widthPx + u))
    }
  }
  const words = (x: number, y: number, width: number, color: Color) => {
    for (let u = x; u < x + width - 6; u += 5 + rng.int(3)) {
      for (let stroke = 0; stroke < 3; stroke++) {
        if (rng.next() < 0.5) fill(u + rng.int(4), y, 1, 9, color)
        else fill(u, y + rng.int(9), 4, 1, color)
      }
    }
  }
  for (let y = 60; y < heightPx - 20; y += 22) words(20, y, widthPx / 2, [60, 60, 60])
  const buttons = []
  for (let y = 20; y + 32 < heightPx; y += 48) {
    const [x, width, height] = [Math.floor(widthPx / 2) + 40 + rng.int(40), 80 + rng.int(60), 30]
    fill(x, y, width, height, [90, 110, 140])
    fill(x + 1, y + 1, width - 2, height - 2, [210, 220, 235])
    words(x + 12, y + 10, width - 24, [20, 40, 80])
    buttons.push({ x, y, width, height })
  }
  return { widthPx, heightPx, channels: 3, data, buttons }
}

/** The part of a picture as a picture. */
export function cut(
  { widthPx, channels, data }: Picture,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Picture {
  const part = new Uint8Array(width * height * channels)
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * widthPx + x) * channels
    part.set(data.subarray(from, from + width * channels), row * width * channels)
  }
  return { widthPx: width, heightPx: height, channels, data: part }
}
