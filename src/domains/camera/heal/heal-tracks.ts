/**
 * Heals tracks: a feature that was lost and found again as another track becomes one track, where the pictures prove it.
 *
 * The motion of tracks that span a gap says which beginning an end may go on in (gaps.ts); the feature is then tracked again
 * through or across the gap, forwards and back (cross-gaps.ts). What does not arrive where the later track is, or does not
 * look like it from both sides, stays as it was. Without a candidate no frame is decoded.
 */
import type { Context } from '#core/context.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import type { AttemptSettings } from '../pipeline/attempt.ts'
import { bridgeOf } from './bridge.ts'
import { type Crossing, framesAcross, GapCrosser } from './cross-gaps.ts'
import { findGaps, type Gap } from './gaps.ts'
import type { HealAttempt, HealReport } from './heal.ts'
import { joinTracks } from './join.ts'
import { pixelUnit } from './markers.ts'
import { mergeOverlaps } from './overlaps.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface HealOptions {
  readonly source: Pick<FrameSource, 'frames'>
  readonly kernel: Kernel
  readonly info: Pick<ClipInfo, 'widthPx' | 'frameRate'>
  /** First frames of new shots. */
  readonly cuts: readonly number[]
  readonly settings: Pick<AttemptSettings, 'tracker'>
}

/**
 * Same input, same output; ids stay unique, and no track is in two joined ones.
 *
 * @throws what the source throws, and `ctx.signal.reason` when cancelled
 */
export async function heal(
  tracks: readonly Track[],
  options: HealOptions,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<HealReport> {
  const { widthPx, frameRate } = options.info
  const unit = pixelUnit(widthPx)
  const apart = mergeOverlaps(tracks, unit)
  const gaps = findGaps(apart.tracks, { widthPx, frameRate, cuts: options.cuts })
  const crossings = await crossAll(apart.tracks, gaps, options, ctx)
  const judged = gaps.map((gap): Judged => {
    const crossing = crossings.get(gap) ?? null
    return { gap, crossing, verdict: verdictOf(crossing, unit, options.settings.tracker) }
  })
  const taken = assign(judged)
  const attempts = judged.map((one) => attemptOf(apart.tracks, one, taken.has(one)))
  return {
    tracks: joined(apart.tracks, [...taken]),
    candidates: gaps.length,
    attempts: attempts.sort((a, b) => a.gapStartFrame - b.gapStartFrame || a.earlier - b.earlier || a.later - b.later),
    merged: apart.merged,
  }
}

interface Judged {
  readonly gap: Gap
  /** null when it could not be tried. */
  readonly crossing: Crossing | null
  readonly verdict: Verdict
}

async function crossAll(
  tracks: readonly Track[],
  gaps: readonly Gap[],
  { source, kernel, settings }: HealOptions,
  { signal, progress }: Pick<Context, 'signal' | 'progress'>,
): Promise<ReadonlyMap<Gap, Crossing>> {
  const crossings = new Map<Gap, Crossing>()
  const crosser = new GapCrosser(kernel, tracks, gaps, settings.tracker)
  const spans = spansOf(gaps.map((gap) => framesAcross(tracks, gap)))
  const total = spans.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  let done = 0
  try {
    for (const span of spans) {
      for await (const frame of source.frames({ ...span, signal })) {
        signal.throwIfAborted()
        for (const crossing of crosser.take(frame)) crossings.set(crossing.gap, crossing)
        done++
        progress({ done, total, unit: 'frames', note: 'healing' })
      }
    }
  } finally {
    crosser.release()
  }
  return crossings
}

/** Frames that nobody asks about are skipped only where they are many: going to a frame means decoding from a key frame. */
const worthSkipping = 50

function spansOf(asked: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  for (const { from, to } of asked.toSorted((a, b) => a.from - b.from)) {
    const last = spans.at(-1)
    if (last === undefined || from > last.to + worthSkipping) spans.push({ from, to })
    else last.to = Math.max(last.to, to)
  }
  return spans
}

/**
 * One beginning to an end and one end to a beginning, the surest first. The greatest sum (Hungarian) would give up a sure
 * pair for two doubtful ones: here a wrong pair costs more than a missing one.
 */
function assign(judged: readonly Judged[]): ReadonlySet<Judged> {
  const [ended, begun] = [new Set<number>(), new Set<number>()]
  const sorted = judged
    .filter(({ verdict }) => verdict.why === null)
    .sort((a, b) => b.verdict.score - a.verdict.score || a.gap.earlier - b.gap.earlier || a.gap.later - b.gap.later)
  return new Set(
    sorted.filter(({ gap: { earlier, later } }) => {
      if (ended.has(earlier) || begun.has(later)) return false
      ended.add(earlier)
      begun.add(later)
      return true
    }),
  )
}

function attemptOf(tracks: readonly Track[], { gap, crossing, verdict }: Judged, healed: boolean): HealAttempt {
  const { bridge } = bridgeOf(tracks, gap, crossing, verdict.offset)
  const isSeen = crossing !== null && crossing.found.some((value) => !Number.isNaN(value))
  return {
    earlier: tracks[gap.earlier]!.id,
    later: tracks[gap.later]!.id,
    gapStartFrame: gap.lastFrame,
    gapEndFrame: gap.firstFrame,
    matchScore: gap.matchScore,
    anchors: gap.anchors.map((index) => tracks[index]!.id),
    bridge,
    method: isSeen ? 'retracked' : 'interpolated',
    errorPx: verdict.errorPx,
    healed,
    why: healed ? null : (verdict.why ?? 'another pair with one of the two tracks is surer'),
  }
}

/** Joins along chains: what goes on in a track that goes on itself becomes one with both. */
function joined(tracks: readonly Track[], pairs: readonly Judged[]): readonly Track[] {
  if (pairs.length === 0) return tracks
  const next = new Map(pairs.map((pair) => [pair.gap.earlier, pair]))
  const swallowed = new Set(pairs.map(({ gap }) => gap.later))
  return tracks.flatMap((track, index): Track[] => {
    if (swallowed.has(index)) return []
    let whole = track
    let offset: readonly [number, number] = [0, 0]
    for (let pair = next.get(index); pair !== undefined; pair = next.get(pair.gap.later)) {
      const { gap, crossing, verdict } = pair
      const { between } = bridgeOf(tracks, gap, crossing, verdict.offset)
      const xy = between.xy.map((value, i) => value + offset[i % 2]!)
      offset = [offset[0] + verdict.offset[0], offset[1] + verdict.offset[1]]
      whole = joinTracks(whole, { ...between, xy }, tracks[gap.later]!, offset)
    }
    return [whole]
  })
}
