import type { Clip } from '#http/contract.ts'
import { sayMany } from '../data/say.ts'

/** "1920 × 1080 · 240 frames · 24 fps". */
export function clipFacts({ info }: Clip): string {
  const { widthPx, heightPx, frameCount, frameRate, interlaced } = info
  const fps = frameRate ? `${Number((frameRate.numerator / frameRate.denominator).toFixed(3))} fps` : null
  const parts = [`${widthPx} × ${heightPx}`, sayMany(frameCount, 'frame'), fps, interlaced ? 'interlaced' : null]
  return parts.filter((part) => part !== null).join(' · ')
}
