/** Whether what was found across a gap proves that both sides are one feature. */
import type { TrackerSettings } from '#track/tracks.ts'
import type { Crossing } from './cross-gaps.ts'

export interface Verdict {
  /** 2: the earlier track's point less the later one's, in the later one's first frames; 0, 0 where it was not found. */
  readonly offset: readonly [number, number]
  /** Length of that; null where it was not found. */
  readonly errorPx: number | null
  /** How sure, 0 to 1, to choose between pairs. */
  readonly score: number
  /** Why it is not one feature, as far as was seen; null when it is. */
  readonly why: string | null
}

/**
 * In pixels of a picture 960 wide: two corners found in one feature lie no farther apart. What they differ by is made good
 * when the tracks are joined.
 */
const arrivalGate = 1
/** And what two matches of one feature differ by. */
const scatterGate = 0.5
const backGate = 0.7
/** As alike as two views of one feature across a gap are, whatever less the tracker was content with. */
const leastCorrelation = 0.85

const refused = (why: string): Verdict => ({ offset: [0, 0], errorPx: null, score: 0, why })

/** @param unit pixels that count as one in a picture 960 wide */
export function verdictOf(crossing: Crossing | null, unit: number, settings: TrackerSettings): Verdict {
  if (crossing === null) return refused('the track ended too near to the border of the picture to be recognised')
  const { offsets, arrivalCorrelation, back, backCorrelation, gap } = crossing
  const seen = [...arrivalCorrelation.keys()].filter((k) => !Number.isNaN(offsets[2 * k]!))
  if (2 * seen.length <= arrivalCorrelation.length)
    return refused('the pattern was not found where the later track begins')
  const offset = [0, 1].map((axis) => middle(seen.map((k) => offsets[2 * k + axis]!))) as [number, number]
  const errorPx = Math.hypot(...offset)
  const scatter = middle(seen.map((k) => Math.hypot(offsets[2 * k]! - offset[0], offsets[2 * k + 1]! - offset[1])))
  const alike = Math.min(middle(seen.map((k) => arrivalCorrelation[k]!)), backCorrelation)
  const wanted = Math.max(settings.correlation, leastCorrelation)
  const backPx = Math.hypot(back[0]!, back[1]!)
  const why = !(errorPx <= arrivalGate * unit)
    ? 'the bridge arrives elsewhere than where the later track begins'
    : !(scatter <= scatterGate * unit)
      ? 'the two tracks move apart'
      : Number.isNaN(backPx)
        ? 'the later pattern was not found where the earlier track ended'
        : !(backPx <= backGate * unit)
          ? 'the way back ends elsewhere'
          : !(alike >= wanted)
            ? 'the two do not look alike'
            : null
  return { offset, errorPx, score: why === null ? alike * (0.5 + 0.5 * gap.matchScore) : 0, why }
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
