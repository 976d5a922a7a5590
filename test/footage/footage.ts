/**
 * Test footage with exact truth: a clip that is rendered while it is read. Needs no file, no Blender and no codec, and is
 * the same to the last bit for the same options. The truth has the form of the clips' truth files.
 *
 * Example: `const clip = makeFootage({ seed: 7, motion: 'tripod', frames: 20 }); for await (const f of clip.frames()) …`
 */
import { seededRng } from '#core/rng.ts'
import type { ClipInfo, FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import { cameraPath, type Motion } from './path.ts'
import { render, type Channels, type Face, type Quality, type View } from './render.ts'
import { makeScene, moved, type Scene, type SceneKind } from './scene.ts'
import { pathLength, trueMovers, truePoints } from './survey.ts'
import { cameraOf, type Pose, type Truth } from './truth.ts'

export interface FootageOptions {
  /** Of scene, path and noise; 1. */
  readonly seed?: number
  /** 320. */
  readonly widthPx?: number
  /** 180. */
  readonly heightPx?: number
  /** 24. */
  readonly frames?: number
  /** Frames a second; 24. */
  readonly fps?: number
  /** room. */
  readonly scene?: SceneKind
  /** `walk`: sideways; `forward`: into the scene; `tripod`: turns about its lens; `still`. walk. */
  readonly motion?: Motion
  /** How fast the camera moves; 1 is about 3 px a frame at 320 px. */
  readonly speed?: number
  /** Focal length in pixels, or of the first and the last frame; 0.8 times the width. */
  readonly focalPx?: number | readonly [number, number]
  /** Radial distortion, from ideal to distorted rays; 0. */
  readonly k1?: number
  readonly k2?: number
  /** Share of a frame's time that the shutter is open; 0. */
  readonly shutter?: number
  /** Standard deviation of the noise, in 8-bit steps; 0. */
  readonly noise?: number
  /** The light swells and fades by so much, as a share; 0. */
  readonly flicker?: number
  /** Boxes that move on their own; 0. */
  readonly movers?: number
  /** Posts near to the camera, behind which the rest is hidden for a while as it walks by; 0. */
  readonly posts?: number
  /** First frame of a second shot, of another scene; null: one shot. */
  readonly cutAt?: number | null
  /** Samples per pixel, a power of two; 4, with a shutter 16. */
  readonly samples?: number
}

export interface Footage extends FrameSource {
  readonly truth: Truth
  frame(index: number): LumaFrame
  /** Red, green, blue, row by row. */
  picture(index: number): Uint8Array
}

/** One shot: a scene and a camera in it. */
interface Shot {
  readonly first: number
  readonly last: number
  readonly scene: Scene
  poseAt(time: number): Pose
}

export function makeFootage(options: FootageOptions = {}): Footage {
  const o = complete(options)
  const shots = makeShots(o)
  const truth = makeTruth(o, shots)
  const quality: Quality = { samples: o.samples, shutter: o.shutter }
  const light = (time: number) => 1 + o.flicker * Math.sin(0.9 * time + o.seed)
  const draw = (index: number, channels: Channels): Uint8Array => {
    const shot = shots.find((s) => index >= s.first && index <= s.last)
    if (!shot) throw new RangeError(`no frame ${index} in footage of ${o.frames}`)
    const pixels = render(viewOf(o, shot), index, o, quality, channels)
    return quantised(pixels, light(index), o.noise, `${o.seed}/noise/${index}`)
  }
  const frame = (index: number): LumaFrame => ({
    index,
    timeS: index / o.fps,
    widthPx: o.widthPx,
    heightPx: o.heightPx,
    luma: draw(index, 'luma'),
  })
  return {
    info: infoOf(o),
    truth,
    frame,
    picture: (index) => draw(index, 'rgb'),
    frames: (range) => read(frame, o.frames, range),
    close: () => Promise.resolve(),
  }
}

type Complete = Required<FootageOptions> & { readonly focals: readonly [number, number] }

function complete(options: FootageOptions): Complete {
  const widthPx = options.widthPx ?? 320
  const focalPx = options.focalPx ?? 0.8 * widthPx
  const shutter = options.shutter ?? 0
  return {
    seed: options.seed ?? 1,
    widthPx,
    heightPx: options.heightPx ?? 180,
    frames: options.frames ?? 24,
    fps: options.fps ?? 24,
    scene: options.scene ?? 'room',
    motion: options.motion ?? 'walk',
    speed: options.speed ?? 1,
    focalPx,
    focals: typeof focalPx === 'number' ? [focalPx, focalPx] : focalPx,
    k1: options.k1 ?? 0,
    k2: options.k2 ?? 0,
    shutter,
    noise: options.noise ?? 0,
    flicker: options.flicker ?? 0,
    movers: options.movers ?? 0,
    posts: options.posts ?? 0,
    cutAt: options.cutAt ?? null,
    samples: options.samples ?? (shutter > 0 ? 16 : 4),
  }
}

function makeShots(o: Complete): Shot[] {
  const other: Readonly<Record<SceneKind, SceneKind>> = { room: 'street', street: 'room', wall: 'room', bare: 'street' }
  const ranges: [number, number][] =
    o.cutAt === null
      ? [[0, o.frames - 1]]
      : [
          [0, o.cutAt - 1],
          [o.cutAt, o.frames - 1],
        ]
  return ranges.map(([first, last], i) => {
    const kind = i === 0 ? o.scene : other[o.scene]
    const seed = `${o.seed}/${i}`
    const scene = makeScene({ kind, seed, movers: o.movers, posts: o.posts, perMetre: 0.15 * o.widthPx })
    return { first, last, scene, poseAt: cameraPath({ motion: o.motion, seed, first, last, speed: o.speed }) }
  })
}

/** The focal length runs evenly, in the logarithm, over the whole clip. */
function focalAt(o: Complete, time: number): number {
  const [from, to] = o.focals
  return from * (to / from) ** (time / Math.max(1, o.frames - 1))
}

function viewOf(o: Complete, shot: Shot): View {
  const { scene } = shot
  return {
    sky: scene.sky,
    camera: (time) =>
      cameraOf(shot.poseAt(time), focalAt(o, time), { k1: o.k1, k2: o.k2 }, [o.widthPx / 2, o.heightPx / 2]),
    faces: (time): readonly Face[] =>
      scene.movers.length === 0
        ? scene.faces
        : [...scene.faces, ...scene.movers.flatMap((m) => moved(m, time - shot.first))],
  }
}

function makeTruth(o: Complete, shots: readonly Shot[]): Truth {
  const distorted = o.k1 !== 0 || o.k2 !== 0
  const frames = shots.flatMap((shot) =>
    Array.from({ length: shot.last - shot.first + 1 }, (_, i) => ({
      frame: shot.first + i,
      cam_to_world: shot.poseAt(shot.first + i),
      focal_px: focalAt(o, shot.first + i),
    })),
  )
  const views = shots.map((shot) => ({ view: viewOf(o, shot), first: shot.first, last: shot.last, scene: shot.scene }))
  return {
    clip: `footage-${o.seed}`,
    mode: o.scene,
    seed: o.seed,
    width: o.widthPx,
    height: o.heightPx,
    fps: o.fps,
    frame_count: o.frames,
    sensor_width_mm: 36,
    principal_point_px: [o.widthPx / 2, o.heightPx / 2],
    distortion: { model: distorted ? 'polynomial' : 'none', k1: o.k1, k2: o.k2, k3: 0 },
    camera_moves: o.motion === 'tripod' ? 'rotation' : 'free',
    zoom: o.focals[0] !== o.focals[1],
    cut_frame: o.cutAt,
    segments: shots.map(({ first, last }) => ({ first, last })),
    path_length_m: pathLength(frames, shots),
    frames,
    points: truePoints(views, o, seededRng(`${o.seed}/points`)),
    movers: trueMovers(views, o),
  }
}

/** Eight bits with light and noise; the noise has the spread of a normal distribution (twelve uniform numbers). */
function quantised(pixels: Float32Array, light: number, noise: number, seed: string): Uint8Array {
  const out = new Uint8Array(pixels.length)
  const rng = noise > 0 ? seededRng(seed) : null
  for (let i = 0; i < out.length; i++) {
    let value = (pixels[i] as number) * light
    if (rng) {
      let twelve = -6
      for (let k = 0; k < 12; k++) twelve += rng.next()
      value += noise * twelve
    }
    out[i] = Math.min(255, Math.max(0, Math.round(value)))
  }
  return out
}

function infoOf(o: Complete): ClipInfo {
  return {
    codec: 'rendered',
    container: 'footage',
    widthPx: o.widthPx,
    heightPx: o.heightPx,
    frameCount: o.frames,
    frameRate: { numerator: o.fps, denominator: 1 },
    variableFrameRate: false,
    durationS: o.frames / o.fps,
    rotationDeg: 0,
    pixelAspect: 1,
    bitDepth: 8,
    interlaced: false,
    decoder: 'footage',
  }
}

async function* read(
  frame: (index: number) => LumaFrame,
  count: number,
  range: FrameRange = {},
): AsyncGenerator<LumaFrame> {
  const { from = 0, to = count - 1, signal } = range
  const step = to < from ? -1 : 1
  for (let index = from; step * (to - index) >= 0; index += step) {
    signal?.throwIfAborted()
    yield await Promise.resolve(frame(index))
  }
}
