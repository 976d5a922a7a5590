/** What the comparison found, clip by clip: what the tables show and the results file keeps. */
import type { Judged2d } from './judge-2d.ts'
import type { Judged3d } from './judge-3d.ts'

/** What one solve of one shot is worth, and what it says of itself. */
export interface SolveRow {
  readonly judged: Judged3d | null
  readonly errorPx: number | null
  readonly kind: string
  /** Why there is nothing to judge. */
  readonly why: string | null
}

export interface ShotRow {
  readonly name: string
  readonly blender: SolveRow
  readonly ours: SolveRow
  /** Without any focal length given. */
  readonly blind: SolveRow | null
}

export interface ClipRow {
  readonly clip: string
  readonly mode: string
  readonly blender2d: Judged2d
  readonly ours2d: Judged2d
  /** Both over the frames that both followed a point to. */
  readonly common2d: { readonly blender: Judged2d; readonly ours: Judged2d }
  readonly shots: readonly ShotRow[]
  readonly blenderTime: {
    readonly detect: number
    readonly track: number
    readonly solve: number
    readonly cpu: number
  }
  readonly ourTime: { readonly all: number; readonly follow: number; readonly solve: number; readonly cpu: number }
  /** Share of the processors that others used while Blender ran. */
  readonly othersBusy: number | null
}
