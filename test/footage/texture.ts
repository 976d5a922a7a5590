/**
 * Pictures for the walls of test footage: brick, stone, planks, posters, windows, plaster. Each is drawn once from a seed,
 * smoothed so that no edge is sharper than a texel, and kept with its halved copies; no two seeds look alike anywhere.
 * Values run from 0 to 1 between a face's two colours.
 */
import { seededRng, type Rng } from '#core/rng.ts'

export type TextureKind = 'brick' | 'stone' | 'planks' | 'poster' | 'windows' | 'plaster' | 'plain'

export interface Texture {
  /** Halving sizes, first the full one; widths and heights are powers of two. */
  readonly levels: readonly { readonly width: number; readonly height: number; readonly values: Float32Array }[]
}

/** Side of the picture in texels is rounded to a power of two between 16 and 1024; `perMetre` texels are aimed for. */
export function makeTexture(
  kind: TextureKind,
  seed: string,
  size: { widthM: number; heightM: number; perMetre: number },
): Texture {
  const width = powerOfTwo(size.widthM * size.perMetre)
  const height = powerOfTwo(size.heightM * size.perMetre)
  const rng = seededRng(seed)
  const values = new Float32Array(width * height)
  const draw = painters[kind](rng, size.widthM, size.heightM)
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++)
      values[j * width + i] = draw(((i + 0.5) / width) * size.widthM, ((j + 0.5) / height) * size.heightM)
  smooth(values, width, height)
  return { levels: halved({ width, height, values }) }
}

/** Value at u, v from 0 to 1 (row 0 at v = 0), between the two halved copies around level `lod`. */
export function sample(texture: Texture, u: number, v: number, lod: number): number {
  const last = texture.levels.length - 1
  if (lod <= 0) return bilinear(texture, 0, u, v)
  if (lod >= last) return bilinear(texture, last, u, v)
  const low = Math.floor(lod)
  const a = bilinear(texture, low, u, v)
  return a + (bilinear(texture, low + 1, u, v) - a) * (lod - low)
}

function bilinear(texture: Texture, index: number, u: number, v: number): number {
  const level = texture.levels[index]
  if (!level) return 0
  const { width, height, values } = level
  const x = Math.min(Math.max(u * width - 0.5, 0), width - 1)
  const y = Math.min(Math.max(v * height - 0.5, 0), height - 1)
  const i = Math.floor(x)
  const j = Math.floor(y)
  const right = i + 1 < width ? 1 : 0
  const below = j + 1 < height ? width : 0
  const at = j * width + i
  const a = values[at] as number
  const b = values[at + right] as number
  const c = values[at + below] as number
  const d = values[at + below + right] as number
  const fx = x - i
  const top = a + (b - a) * fx
  return top + (c + (d - c) * fx - top) * (y - j)
}

function halved(full: Texture['levels'][number]): Texture['levels'] {
  const levels = [full]
  let { width, height, values } = full
  while (width > 1 || height > 1) {
    const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
    const [dx, dy] = [width > 1 ? 1 : 0, height > 1 ? width : 0]
    const next = new Float32Array(w * h)
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) {
        const at = (height > 1 ? 2 * j : j) * width + (width > 1 ? 2 * i : i)
        const four = (values[at] ?? 0) + (values[at + dx] ?? 0) + (values[at + dy] ?? 0) + (values[at + dx + dy] ?? 0)
        next[j * w + i] = four / 4
      }
    levels.push({ width: w, height: h, values: next })
    ;[width, height, values] = [w, h, next]
  }
  return levels
}

/** Binomial 3 x 3, in place. */
function smooth(values: Float32Array, width: number, height: number): void {
  const pass = (count: number, length: number, stride: number, step: number) => {
    for (let k = 0; k < count; k++) {
      let before = values[k * stride] ?? 0
      for (let i = 0; i < length; i++) {
        const at = k * stride + i * step
        const here = values[at] ?? 0
        const after = i + 1 < length ? (values[at + step] ?? 0) : here
        values[at] = (before + 2 * here + after) / 4
        before = here
      }
    }
  }
  pass(height, width, width, 1)
  pass(width, height, 1, width)
}

const powerOfTwo = (x: number) => 2 ** Math.min(10, Math.max(4, Math.round(Math.log2(x))))

/** A painter gives the value at x, y in metres. */
type Painter = (rng: Rng, widthM: number, heightM: number) => (x: number, y: number) => number

const painters: Readonly<Record<TextureKind, Painter>> = {
  plain: () => () => 0.6,
  plaster: (rng) => {
    const noise = fractal(rng, 5)
    return (x, y) => 0.25 + 0.6 * noise(1.3 * x, 1.3 * y)
  },
  brick: (rng) => {
    const noise = fractal(rng, 3)
    const tone = hash(rng)
    return (x, y) => {
      const row = Math.floor(y / 0.24)
      const along = x / 0.52 + (row & 1) / 2 + 0.2 * tone(row, 77)
      const [fx, fy] = [along - Math.floor(along), y / 0.24 - row]
      const joint = fx < 0.06 || fy < 0.12
      return (joint ? 0.95 : 0.1 + 0.6 * tone(Math.floor(along), row)) * (0.75 + 0.25 * noise(9 * x, 9 * y))
    }
  },
  stone: (rng) => {
    const cell = cells(hash(rng))
    const noise = fractal(rng, 3)
    return (x, y) => {
      const [own, edge] = cell(x / 0.34, y / 0.34)
      return (edge < 0.07 ? 0.05 : 0.2 + 0.75 * own) * (0.7 + 0.3 * noise(7 * x, 7 * y))
    }
  },
  planks: (rng) => {
    const tone = hash(rng)
    const noise = fractal(rng, 4)
    return (x, y) => {
      const row = Math.floor(y / 0.3)
      const along = (x + 3 * tone(row, 5)) / 1.7
      const gap = y / 0.3 - row < 0.06 || along - Math.floor(along) < 0.012
      const grain = noise(2.2 * x + 40 * tone(row, 9), 17 * y)
      return gap ? 0.02 : (0.3 + 0.55 * tone(Math.floor(along), row)) * (0.45 + 0.55 * grain)
    }
  },
  windows: (rng) => {
    const tone = hash(rng)
    const noise = fractal(rng, 4)
    return (x, y) => {
      const [i, j] = [Math.floor(x / 1.3), Math.floor(y / 1.6)]
      const [fx, fy] = [x / 1.3 - i, y / 1.6 - j]
      const [left, top] = [0.18 + 0.12 * tone(i, j), 0.15 + 0.15 * tone(i, j + 99)]
      const pane = fx > left && fx < 0.82 && fy > top && fy < 0.85
      if (pane) return Math.abs(fx - 0.5) < 0.03 || Math.abs(fy - 0.5) < 0.02 ? 0.9 : 0.08 + 0.4 * tone(3 * i, 7 * j)
      return 0.4 + 0.5 * noise(3.1 * x, 3.1 * y)
    }
  },
  poster: (rng, widthM, heightM) => {
    const shapes = Array.from({ length: 26 }, () => ({
      x: rng.next() * widthM,
      y: rng.next() * heightM,
      size: (0.05 + 0.2 * rng.next()) * Math.min(widthM, heightM),
      round: rng.next() < 0.5,
      tone: rng.next(),
    }))
    const noise = fractal(rng, 3)
    return (x, y) => {
      let value = 0.8
      for (const s of shapes) {
        const [dx, dy] = [Math.abs(x - s.x), Math.abs(y - s.y)]
        if (s.round ? dx * dx + dy * dy < s.size * s.size : dx < s.size && dy < 0.6 * s.size) value = s.tone
      }
      return value * (0.85 + 0.15 * noise(11 * x, 11 * y))
    }
  },
}

/** Voronoi cells (Worley, 1996): tone of the cell that holds a point, and how much farther the second nearest seed is. */
function cells(tone: (i: number, j: number) => number): (x: number, y: number) => [number, number] {
  let [ci, cj] = [NaN, NaN]
  const around = new Float64Array(27)
  return (x, y) => {
    const [i, j] = [Math.floor(x), Math.floor(y)]
    if (i !== ci || j !== cj) {
      ;[ci, cj] = [i, j]
      for (let k = 0; k < 9; k++) {
        const [p, q] = [i - 1 + (k % 3), j - 1 + Math.floor(k / 3)]
        around.set([p + 0.15 + 0.7 * tone(p, q + 1000), q + 0.15 + 0.7 * tone(p + 1000, q), tone(p, q)], 3 * k)
      }
    }
    let [best, second, value] = [99, 99, 0]
    for (let k = 0; k < 27; k += 3) {
      const [dx, dy] = [x - (around[k] as number), y - (around[k + 1] as number)]
      const d = dx * dx + dy * dy
      if (d < best) [second, best, value] = [best, d, around[k + 2] as number]
      else if (d < second) second = d
    }
    return [value, Math.sqrt(second) - Math.sqrt(best)]
  }
}

/** Random numbers from 0 to 1 on a grid of whole numbers. */
function hash(rng: Rng): (i: number, j: number) => number {
  const seed = rng.int(2 ** 31)
  return (i, j) => {
    let h = Math.imul(i + 0x9e3779, 0x85ebca6b) ^ Math.imul(j + 0x7f4a7c, 0xc2b2ae35) ^ seed
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
    return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Value noise in octaves (Perlin's sum), 0 to 1, stretched to use most of that range. */
function fractal(rng: Rng, octaves: number): (x: number, y: number) => number {
  const grid = Float32Array.from({ length: 128 * 128 }, () => rng.next())
  const layer = (x: number, y: number, shift: number) => {
    const i = Math.floor(x)
    const j = Math.floor(y)
    const column = (i + shift) & 127
    const beside = (column + 1) & 127
    const row = ((j + shift) & 127) << 7
    const below = (row + 128) & 16383
    const fx = fade(x - i)
    const top = grid[row + column] as number
    const low = grid[below + column] as number
    const upper = top + ((grid[row + beside] as number) - top) * fx
    return upper + (low + ((grid[below + beside] as number) - low) * fx - upper) * fade(y - j)
  }
  let weight = 0
  for (let k = 0; k < octaves; k++) weight += 0.7 ** k
  return (x, y) => {
    let sum = 0
    let scale = 1
    let share = 1 / weight
    for (let k = 0; k < octaves; k++) {
      sum += share * layer(x * scale, y * scale, 57 * k)
      scale *= 2.03
      share *= 0.7
    }
    return Math.min(1, Math.max(0, 0.5 + 1.9 * (sum - 0.5)))
  }
}

const fade = (t: number) => t * t * (3 - 2 * t)
