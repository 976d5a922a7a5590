/** The table as an arena for whoever chooses settings: clips with their kind, and what each setting is worth on each. */
import { type Candidate, defaultKey } from '#core/learnable.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import { valueOf } from '#domains/camera/learning/outcome.ts'
import type { Situation } from '#domains/camera/policies/policy.ts'
import { situationOf } from './cell.ts'
import type { CellRow, ClipRow, ReplayTable } from './table.ts'

export interface ArenaClip {
  readonly name: string
  readonly mode: string
  readonly round: number
  readonly situation: Situation
  /** Its class of motion and texture, by the probe. */
  readonly kind: string
  /** The default first. */
  readonly candidates: readonly Candidate[]
  /** 0 worst to 1 best, as the product values a session. */
  readonly worth: ReadonlyMap<string, number>
  /** Whether the camera is right by the truth, which no learner sees. */
  readonly right: ReadonlyMap<string, boolean>
  readonly cells: ReadonlyMap<string, CellRow>
}

export const judges = ['product', 'person'] as const
export type Judge = (typeof judges)[number]

export const learnable = createCameraLearnable('embedded')

/**
 * Clips of which every setting was run.
 *
 * @param judge `product`: by what the program can tell; `person`: somebody says of each camera whether it is right, as the truth does
 */
export function arenaOf({ clips, cells }: ReplayTable, judge: Judge = 'product'): readonly ArenaClip[] {
  return clips.flatMap((clip) => {
    const situation = situationOf(clip.info, clip.probe)
    const candidates = [{ key: defaultKey, settings: learnable.base(situation) }, ...learnable.candidates(situation)]
    const own = new Map(cells.filter((cell) => cell.clip === clip.name).map((cell) => [cell.key, cell]))
    if (!candidates.every(({ key }) => own.has(key))) return []
    return [
      {
        name: clip.name,
        mode: clip.mode,
        round: clip.round,
        situation,
        kind: learnable.levels(situation)[0] ?? 'all',
        candidates,
        worth: new Map(
          [...own].map(([key, cell]) => [key, worthOf(cell, clip, judge === 'person' ? cell.right : null)]),
        ),
        right: new Map([...own].map(([key, { right }]) => [key, right])),
        cells: own,
      },
    ]
  })
}

/**
 * As the session that would be recorded of it is valued.
 *
 * @param accepted what a person says of it; null: nobody looked
 */
export function worthOf(cell: CellRow, { info }: Pick<ClipRow, 'info'>, accepted: boolean | null = null): number {
  const { status, cameras, confidence, heldOutPx, errorPx, survival } = cell
  const value = valueOf({
    status,
    solvedShare: Math.min(1, cameras / info.frameCount),
    confidence: status === 'failed' ? null : confidence,
    heldOutErrorPx: heldOutPx,
    solveErrorPx: errorPx,
    sidePx: Math.max(info.widthPx, info.heightPx),
    survival,
    takenOut: 0,
    accepted,
  })
  return value?.value ?? 0
}

export const worth = (clip: ArenaClip, key: string): number => clip.worth.get(key) ?? clip.worth.get(defaultKey) ?? 0

/** The setting that is best on a clip: nobody could choose better. */
export const bestOn = (clip: ArenaClip): number => Math.max(...clip.worth.values())

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** The key that is best on average over clips; the default where nothing is better. */
export function bestOver(clips: readonly ArenaClip[]): string {
  let [best, top] = [defaultKey, -Infinity]
  for (const { key } of clips[0]?.candidates ?? []) {
    const own = mean(clips.map((clip) => worth(clip, key)))
    if (own > top + 1e-12) [best, top] = [key, own]
  }
  return best
}

/** How much of what there is to gain over the default a choice gains, over all clips together. */
export function gapClosed(
  clips: readonly ArenaClip[],
  choose: (clip: ArenaClip) => string,
  best: (clip: ArenaClip) => number = bestOn,
): number {
  const gained = clips.map((clip) => worth(clip, choose(clip)) - worth(clip, defaultKey))
  const open = clips.map((clip) => best(clip) - worth(clip, defaultKey))
  const total = open.reduce((sum, gap) => sum + gap, 0)
  return total > 0 ? gained.reduce((sum, gain) => sum + gain, 0) / total : 0
}
