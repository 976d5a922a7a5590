/**
 * Short drawn clips of all modes, for models that are trained and judged on really run sessions. `water` has restless noise in
 * the lowest third, `screen` in the upper right: corners there, and nothing that can be followed.
 */
import { seededRng } from '#core/rng.ts'
import { type Footage, type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Drawn } from '../tracking/write-clip.ts'

export const size = { widthPx: 320, heightPx: 180, frames: 24 }

const modes: Readonly<Record<string, FootageOptions>> = {
  walk: {},
  street: { scene: 'street', motion: 'forward' },
  tripod: { motion: 'tripod' },
  noise: { noise: 8 },
  blur: { shutter: 0.5, speed: 2.5 },
  fast: { speed: 4, frames: 18 },
  movers: { movers: 4 },
  posts: { posts: 3 },
  bare: { scene: 'bare' },
  zoom: { focalPx: [0.7 * size.widthPx, 1.2 * size.widthPx] },
  barrel: { k1: -0.12, focalPx: 0.6 * size.widthPx },
  flicker: { flicker: 0.2, scene: 'street' },
  water: {},
  screen: { scene: 'street' },
}
/** Where the picture is restless, from left, top to right, bottom, in shares of it. */
const restless: Readonly<Record<string, readonly [number, number, number, number]>> = {
  water: [0, 2 / 3, 1, 1],
  screen: [2 / 3, 0, 1, 1 / 3],
}

export const modeNames = Object.keys(modes)
/** Without those that have dead parts. */
export const plainModes = modeNames.filter((name) => !(name in restless))

export const drawn = (mode: string, seed: number): Drawn => painted(footageOf(mode, seed), mode)

const footageOf = (mode: string, seed: number) => makeFootage({ ...size, ...modes[mode], seed })

/** As a clip that is drawn while it is read; in memory, since it is read several times. */
export function drawnClip(mode: string, seed: number): Footage {
  const footage = footageOf(mode, seed)
  const { picture } = painted(footage, mode)
  const kept = new Map<number, LumaFrame>()
  const frame = (index: number): LumaFrame => {
    const known = kept.get(index) ?? { ...footage.frame(index), luma: lumaOf(picture(index)) }
    kept.set(index, known)
    return known
  }
  return {
    ...footage,
    picture,
    frame,
    async *frames({ from = 0, to = footage.info.frameCount - 1 } = {}) {
      const step = to >= from ? 1 : -1
      for (let index = from; index !== to + step; index += step) yield frame(index)
    },
  }
}

/** By BT.709, of what is grey it is the grey. */
function lumaOf(rgb: Uint8Array): Uint8Array {
  const luma = new Uint8Array(rgb.length / 3)
  for (let i = 0; i < luma.length; i++)
    luma[i] = Math.round(0.2126 * rgb[3 * i]! + 0.7152 * rgb[3 * i + 1]! + 0.0722 * rgb[3 * i + 2]!)
  return luma
}

function painted(footage: Footage, mode: string): Drawn {
  const part = restless[mode]
  if (part === undefined) return footage
  const [left, top, right, bottom] = part
  const { widthPx, heightPx } = size
  return {
    truth: footage.truth,
    picture(index) {
      const out = footage.picture(index)
      const rng = seededRng(`${footage.truth.seed} restless ${index}`)
      // Blocks of three pixels: fine enough to be corners, coarse enough to outlast the encoder.
      for (let y = Math.floor(top * heightPx); y < bottom * heightPx - 2; y += 3) {
        for (let x = Math.floor(left * widthPx); x < right * widthPx - 2; x += 3) {
          const grey = 40 + rng.int(170)
          for (let row = y; row < y + 3; row++) out.fill(grey, 3 * (row * widthPx + x), 3 * (row * widthPx + x + 3))
        }
      }
      return out
    },
  }
}
