/** Notices scene cuts while a clip goes by, one way or the other; what the first pass decided holds for all others. */
import {
  type FrameLook,
  type Following,
  isBlank,
  isSceneCut,
  lookOf,
  shortestShotFrames,
} from '#track/match/scene-cut.ts'
import type { LumaFrame } from '#vision/frames.ts'

export class CutWatch {
  /** By the first frame after it: whether there is a cut. */
  readonly #known = new Map<number, boolean>()
  /** Of the last frame that was not blank. */
  #look: FrameLook | null = null
  #frame = 0

  /** Goes on from a frame without comparing it with the one before. */
  load(frame: LumaFrame): void {
    this.#look = lookOf(frame)
    this.#frame = frame.index
  }

  /** Whether another shot begins between the frame before and this one, of which so many tracks were found again. */
  step(frame: LumaFrame, following: Following): boolean {
    const later = Math.max(frame.index, this.#frame)
    this.#frame = frame.index
    const [before, after] = [this.#look, lookOf(frame)]
    const known = this.#known.get(later)
    const cut = known ?? (before !== null && !this.#isNearCut(later) && isSceneCut(before, after, following))
    this.#known.set(later, cut)
    // Of black or white frames nothing can be told: what follows is compared with what came before them.
    if (!isBlank(after) || this.#look === null) this.#look = after
    return cut
  }

  /** Nobody edits shots this short: pictures that keep changing wholly are noise, a strobe or damage. */
  #isNearCut(frame: number): boolean {
    for (let away = 1; away < shortestShotFrames; away++) {
      if (this.#known.get(frame - away) === true || this.#known.get(frame + away) === true) return true
    }
    return false
  }
}
