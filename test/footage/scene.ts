/** Rooms, streets and walls of textured rectangles, each from a seed. World: z up, metres; the camera looks along +y. */
import { seededRng, type Rng } from '#core/rng.ts'
import { cross, plus, type Face, type Sky } from './render.ts'
import { makeTexture, type TextureKind } from './texture.ts'
import type { Vector } from './truth.ts'

/** `wall` is one plane; `bare` has boxes without texture on an almost even floor. */
export type SceneKind = 'room' | 'street' | 'wall' | 'bare'

export interface Mover {
  readonly faces: readonly Face[]
  /** Metres a frame. */
  readonly velocity: Vector
  readonly centre: Vector
}

export interface Scene {
  readonly faces: readonly Face[]
  readonly movers: readonly Mover[]
  readonly sky: Sky
}

export interface SceneOptions {
  readonly kind: SceneKind
  readonly seed: string
  /** Boxes that go their own ways in front of the rest. */
  readonly movers: number
  /** Posts near to the camera, from floor to ceiling, that it passes by. */
  readonly posts: number
  /** Texels per metre. */
  readonly perMetre: number
}

export function makeScene(options: SceneOptions): Scene {
  const build = new Builder(options.seed, options.perMetre)
  layouts[options.kind](build)
  const movers = Array.from({ length: options.movers }, (_, i) => makeMover(build, i))
  // Of a builder of their own, so that a scene with posts is otherwise the scene without.
  const posts = new Builder(`${options.seed}/posts`, options.perMetre)
  for (let i = 0; i < options.posts; i++) {
    const across = 0.7 * (i - (options.posts - 1) / 2) + posts.between(-0.1, 0.1)
    posts.faces.push(...posts.box('plaster', [across, posts.between(-0.1, 0.2), 0], [0.1, 0.1, 3.3], 0.3))
  }
  return { faces: [...build.faces, ...posts.faces], movers, sky: { horizon: [206, 214, 222], zenith: [96, 144, 205] } }
}

/** A mover's faces at a time in frames. */
export function moved(mover: Mover, time: number): Face[] {
  const [x, y, z] = mover.velocity
  return mover.faces.map((face) => ({ ...face, corner: plus(face.corner, [x * time, y * time, z * time]) }))
}

class Builder {
  readonly rng: Rng
  readonly faces: Face[] = []
  readonly #seed: string
  readonly #perMetre: number
  #made = 0

  constructor(seed: string, perMetre: number) {
    this.rng = seededRng(seed)
    this.#seed = seed
    this.#perMetre = perMetre
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.rng.next()
  }

  face(kind: TextureKind, corner: Vector, u: Vector, v: Vector, colours?: Colours): Face {
    const size = { widthM: Math.hypot(...u), heightM: Math.hypot(...v), perMetre: this.#perMetre }
    const texture = makeTexture(kind, `${this.#seed}/${this.#made++}`, size)
    // A sun from the left behind the camera, so that the sides of a box differ.
    const [nx, ny, nz] = cross(v, u).map((w) => w / (size.widthM * size.heightM)) as [number, number, number]
    const shade = 0.78 + 0.22 * Math.max(-1, -0.45 * nx - 0.5 * ny + 0.74 * nz)
    const { dark, light } = colours ?? palette[kind][this.rng.int(palette[kind].length)] ?? grey
    const lit = (c: Vector) => c.map((w) => Math.min(255, w * shade)) as [number, number, number]
    return { corner, u, v, texture, dark: lit(dark), light: lit(light) }
  }

  add(kind: TextureKind, corner: Vector, u: Vector, v: Vector): void {
    this.faces.push(this.face(kind, corner, u, v))
  }

  /** The five sides that can be seen of a box that stands on something, turned about the vertical. */
  box(kind: TextureKind, foot: Vector, size: Vector, turn: number, colours?: Colours): Face[] {
    const [w, d, h] = size
    const a: Vector = [w * Math.cos(turn), w * Math.sin(turn), 0]
    const b: Vector = [-d * Math.sin(turn), d * Math.cos(turn), 0]
    const at = (p: number, q: number, r: number): Vector =>
      plus(foot, [(p - 0.5) * a[0] + (q - 0.5) * b[0], (p - 0.5) * a[1] + (q - 0.5) * b[1], r * h])
    const down: Vector = [0, 0, -h]
    return [
      this.face(kind, at(0, 0, 1), a, down, colours),
      this.face(kind, at(1, 1, 1), minus(a), down, colours),
      this.face(kind, at(0, 1, 1), minus(b), down, colours),
      this.face(kind, at(1, 0, 1), b, down, colours),
      this.face(kind, at(0, 1, 1), a, minus(b), colours),
    ]
  }
}

const layouts: Readonly<Record<SceneKind, (build: Builder) => void>> = {
  room: (build) => {
    build.add('planks', [-6, 7, 0], [12, 0, 0], [0, -11, 0])
    build.add('brick', [-6, 7, 3.4], [12, 0, 0], [0, 0, -3.4])
    build.add('plaster', [-6, -4, 3.4], [0, 11, 0], [0, 0, -3.4])
    build.add('stone', [6, 7, 3.4], [0, -11, 0], [0, 0, -3.4])
    build.add('plaster', [-6, -4, 3.4], [12, 0, 0], [0, 11, 0])
    for (let i = 0; i < 5; i++) {
      const [w, h] = [build.between(0.8, 1.5), build.between(0.7, 1.2)]
      build.add('poster', [-5.4 + 2.2 * i + build.between(0, 0.5), 6.97, build.between(2, 3.2)], [w, 0, 0], [0, 0, -h])
    }
    crates(build, 11, [-4.2, 4.2], [2.4, 6.2])
  },
  street: (build) => {
    build.add('stone', [-5, 28, 0], [10, 0, 0], [0, -32, 0])
    for (const side of [-1, 1])
      for (let i = 0; i < 4; i++) {
        const [x, y, h] = [side * build.between(4.5, 5.2), -2 + 7.5 * i, build.between(5, 9)]
        const kind = (['windows', 'brick', 'windows', 'plaster'] as const)[(i + (side > 0 ? 2 : 0)) % 4] ?? 'windows'
        build.faces.push(...build.box(kind, [x + side * 2, y + 3.5, 0], [4, 7, h], 0))
      }
    build.add('windows', [-9, 29, 8], [18, 0, 0], [0, 0, -8])
    crates(build, 12, [-3, 3], [3.5, 14])
  },
  wall: (build) => build.add('windows', [-12, 7, 8], [24, 0, 0], [0, 0, -14]),
  bare: (build) => {
    build.add('plaster', [-15, 30, 0], [30, 0, 0], [0, -34, 0])
    for (let i = 0; i < 7; i++) {
      const foot: Vector = [build.between(-4, 4), build.between(3.5, 10), 0]
      const size: Vector = [build.between(0.6, 1.4), build.between(0.6, 1.4), build.between(0.5, 1.6)]
      build.faces.push(...build.box('plain', foot, size, build.between(-0.7, 0.7)))
    }
  },
}

/** Boxes on the floor that do not stand in one another. */
function crates(build: Builder, count: number, across: [number, number], ahead: [number, number]): void {
  const taken: [number, number, number][] = []
  for (let tries = 0; taken.length < count && tries < 400; tries++) {
    const [x, y] = [build.between(...across), build.between(...ahead)]
    const size: Vector = [build.between(0.4, 0.9), build.between(0.4, 0.9), build.between(0.4, 1.5)]
    const reach = Math.hypot(size[0], size[1]) / 2
    if (taken.some(([tx, ty, tr]) => Math.hypot(x - tx, y - ty) < reach + tr)) continue
    taken.push([x, y, reach])
    const kind = (['poster', 'planks', 'stone', 'brick'] as const)[taken.length % 4] ?? 'poster'
    build.faces.push(...build.box(kind, [x, y, 0], size, build.between(-0.7, 0.7)))
  }
}

function makeMover(build: Builder, index: number): Mover {
  const side = index % 2 === 0 ? 1 : -1
  const centre: Vector = [side * -build.between(0.6, 2), build.between(2.6, 3.6), build.between(0.2, 1)]
  const size: Vector = [build.between(0.4, 0.7), build.between(0.3, 0.5), build.between(0.5, 0.9)]
  const velocity: Vector = [side * build.between(0.03, 0.06), build.between(-0.01, 0.01), 0]
  return { faces: build.box('poster', centre, size, build.between(-0.5, 0.5)), velocity, centre }
}

export interface Colours {
  readonly dark: Vector
  readonly light: Vector
}

const grey: Colours = { dark: [30, 30, 30], light: [225, 225, 225] }

const palette: Readonly<Record<TextureKind, readonly Colours[]>> = {
  plain: [
    { dark: [60, 90, 120], light: [110, 140, 170] },
    { dark: [120, 80, 60], light: [190, 140, 110] },
  ],
  plaster: [
    { dark: [118, 104, 88], light: [232, 220, 202] },
    { dark: [92, 104, 112], light: [206, 214, 216] },
  ],
  brick: [
    { dark: [74, 28, 20], light: [214, 150, 122] },
    { dark: [52, 44, 44], light: [196, 176, 160] },
  ],
  stone: [
    { dark: [34, 38, 44], light: [206, 206, 198] },
    { dark: [48, 44, 34], light: [214, 204, 176] },
  ],
  planks: [
    { dark: [40, 22, 10], light: [208, 160, 104] },
    { dark: [28, 26, 26], light: [176, 164, 146] },
  ],
  windows: [
    { dark: [22, 32, 48], light: [226, 208, 178] },
    { dark: [24, 34, 40], light: [206, 196, 196] },
  ],
  poster: [
    { dark: [20, 40, 80], light: [240, 226, 190] },
    { dark: [96, 16, 24], light: [244, 222, 176] },
    { dark: [16, 72, 58], light: [236, 236, 206] },
    { dark: [46, 24, 84], light: [238, 204, 170] },
  ],
}

const minus = (a: Vector): Vector => [-a[0], -a[1], -a[2]]
