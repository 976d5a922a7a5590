/** Footage that was followed, and its tracks cut in two as if something had passed before them: gaps with a known answer. */
import { followClip } from '#track/match/follow-clip.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { Track } from '#track/tracks.ts'
import { type Footage, type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import type { FrameRange, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'

export const quiet = { signal: new AbortController().signal, progress: () => {} }

export interface TestClip {
  readonly footage: Footage
  readonly kernel: Kernel
  readonly tracks: readonly Track[]
  /** Every frame that was asked of it since it was followed. */
  readonly asked: number[]
  readonly source: { frames(range?: FrameRange): AsyncIterable<LumaFrame> }
  readonly settings: { readonly tracker: ReturnType<typeof defaultSettings> }
}

export async function followedFootage(options: FootageOptions): Promise<TestClip> {
  const footage = makeFootage({ samples: 2, ...options })
  const kernel = await createWasmKernel()
  // Each frame is drawn once.
  const drawn = Array.from({ length: footage.info.frameCount }, (_, i) => footage.frame(i))
  const asked: number[] = []
  const source = {
    async *frames({ from = 0, to = drawn.length - 1 }: FrameRange = {}) {
      for (let i = from; from <= to ? i <= to : i >= to; i += from <= to ? 1 : -1) {
        asked.push(i)
        yield await Promise.resolve(drawn[i]!)
      }
    },
  }
  const { tracks } = await followClip(
    { ...source, info: footage.info, close: footage.close },
    kernel,
    { count: 80 },
    quiet,
  )
  asked.length = 0
  const settings = { tracker: defaultSettings(footage.info.widthPx) }
  return { footage, kernel, tracks, asked, source, settings }
}

/** The part of a track from one frame to another, both included; its new ends are `occluded`. */
export function part(track: Track, from: number, to: number, id: number): Track {
  const kept = [...track.frames.keys()].filter((i) => track.frames[i]! >= from && track.frames[i]! <= to)
  const [first, last] = [track.frames[kept[0]!]!, track.frames[kept.at(-1)!]!]
  return {
    ...track,
    id,
    startFrame: Math.min(last, Math.max(first, track.startFrame)),
    frames: Int32Array.from(kept, (i) => track.frames[i]!),
    xy: Float64Array.from(kept.flatMap((i) => [track.xy[2 * i]!, track.xy[2 * i + 1]!])),
    correlation: Float32Array.from(kept, (i) => track.correlation[i]!),
    begin: kept[0] === 0 ? track.begin : { frame: first, reason: 'occluded' },
    end: kept.at(-1) === track.frames.length - 1 ? track.end : { frame: last, reason: 'occluded' },
  }
}

/** As a mirror shows it. */
export const mirrored = (track: Track, widthPx: number): Track => ({
  ...track,
  xy: track.xy.map((value, i) => (i % 2 === 0 ? widthPx - value : value)),
})

export const trackOf = (tracks: readonly Track[], id: number) => tracks.find((track) => track.id === id)!
