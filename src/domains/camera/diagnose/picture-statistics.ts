/**
 * What single pictures tell of a failure: contrast, how wide their edges are, what they look like from afar. Widths of edges
 * after Marziliano, Dufaux, Winkler and Ebrahimi, A no-reference perceptual blur metric, 2002: here of the steepest part of each
 * edge, rows and columns apart, since motion blurs along one direction and lack of focus along both.
 */
import type { Context } from '#core/context.ts'
import { type FrameLook, lookOf } from '#track/match/scene-cut.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import { quantile } from '../motion/planar-fit.ts'

export interface PictureStatistics {
  readonly frame: number
  /** Standard deviation of brightness over half of its range. */
  readonly contrast: number
  /** Median width of the edges that run across rows, pixels; null with too few edges. */
  readonly edgeWidthX: number | null
  /** Of those that run across columns. */
  readonly edgeWidthY: number | null
  readonly look: FrameLook
}

/** Rows and columns that are looked at, each. */
const lines = 90
/** An edge rises by this share of the picture's standard deviation, and by this many steps of 255. */
const leastRise = 0.8
const leastSteps = 10
const fewestEdges = 30

export function pictureStatistics(frame: LumaFrame): PictureStatistics {
  const { widthPx, heightPx } = frame
  const look = lookOf(frame)
  const rise = Math.max(leastSteps, leastRise * look.spread)
  const across = { lines: heightPx, length: widthPx, line: widthPx, step: 1 }
  const down = { lines: widthPx, length: heightPx, line: 1, step: widthPx }
  return {
    frame: frame.index,
    contrast: look.spread / 127.5,
    edgeWidthX: edgeWidth(frame, across, rise),
    edgeWidthY: edgeWidth(frame, down, rise),
    look,
  }
}

interface Direction {
  readonly lines: number
  readonly length: number
  /** From one line to the next, and from one sample of a line to the next. */
  readonly line: number
  readonly step: number
}

/** Edges are stretches in which brightness only rises or only falls; each is as wide as its rise over its steepest step. */
function edgeWidth({ luma }: LumaFrame, { lines: count, length, line, step }: Direction, rise: number): number | null {
  const unit = luma instanceof Uint8Array ? 1 : 1 / 257
  const stride = Math.max(1, Math.floor((count - 2) / lines))
  const widths: number[] = []
  for (let n = 1; n < count - 1; n += stride) {
    let [total, steepest, last] = [0, 0, NaN]
    for (let i = 0; i <= length; i++) {
      const at = n * line + i * step
      // Three lines in one, against noise.
      const value = i === length ? NaN : ((luma[at - line]! + luma[at]! + luma[at + line]!) * unit) / 3
      const change = value - last
      last = value
      if (change * total > 0 || (total === 0 && change !== 0)) {
        total += change
        steepest = Math.max(steepest, Math.abs(change))
      } else {
        if (Math.abs(total) >= rise) widths.push(Math.abs(total) / steepest)
        total = Number.isNaN(change) ? 0 : change
        steepest = Math.abs(total)
      }
    }
  }
  return widths.length < fewestEdges ? null : quantile(widths, 0.5)
}

/** Frames this near to each other are read in one go. */
const farApart = 40

/**
 * Statistics of some frames of a clip, each read once.
 *
 * @throws what the source throws, and `ctx.signal.reason`
 */
export async function surveyPictures(
  source: FrameSource,
  frames: readonly number[],
  ctx: Pick<Context, 'signal'>,
): Promise<readonly PictureStatistics[]> {
  const wanted = [...new Set(frames)].sort((a, b) => a - b)
  const found: PictureStatistics[] = []
  for (let first = 0; first < wanted.length; ) {
    let last = first
    while (last + 1 < wanted.length && wanted[last + 1]! - wanted[last]! <= farApart) last++
    const group = new Set(wanted.slice(first, last + 1))
    for await (const frame of source.frames({ from: wanted[first]!, to: wanted[last]!, signal: ctx.signal })) {
      ctx.signal.throwIfAborted()
      if (group.has(frame.index)) found.push(pictureStatistics(frame))
    }
    first = last + 1
  }
  return found
}
