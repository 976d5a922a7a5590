/** What can be solved at all: by the tracker and solver alone, with one of 12 fixed settings, from the true focal length. */
import type { Context } from '#core/context.ts'
import { sideBySide } from '#engine/solve-threads.ts'
import { openClip } from '#media/clip.ts'
import { meanFocal, type Truth } from '#test/footage/truth.ts'
import { trackClip } from '#track/track-clip.ts'
import type { Kernel } from '#vision/kernel.ts'
import { judgedShots } from './judge.ts'

/** Those that the bare tracker does best with come first: the first that solves a clip ends the search. */
const settings = [250, 100].flatMap((count) =>
  (['Loc', 'Affine'] as const).flatMap((motionModel) =>
    [21, 15, 31].map((patternSize) => ({ count, settings: { motionModel, patternSize } })),
  ),
)

/** @returns which of them solves it, in words; null: none */
export async function fixedThatSolves(
  clip: string,
  truth: Truth,
  kernel: Kernel,
  ctx: Context,
): Promise<string | null> {
  const solve = {
    focal: 'refine',
    focalPx: meanFocal(truth),
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    principal: 'centre',
    heldOutShare: 0.05,
    seed: 0,
  } as const
  for (const follow of settings) {
    const source = await openClip(clip)
    try {
      const { shots } = await trackClip(source, kernel, { follow, solve }, ctx, sideBySide)
      const { motionModel, patternSize } = follow.settings
      if (judgedShots(shots, truth).right) return `${motionModel} ${patternSize}, ${follow.count} tracks`
    } finally {
      await source.close()
    }
  }
  return null
}
