/** How far left of the diagonal the cameras' equations reach. */
import type { Layout } from './adjust-layout.ts'
import type { Priors } from './adjust-priors.ts'

/** For each block the first one that it shares a prior or an eliminated point with; `kept`: 0 and above of points that stay. */
export function firstBlocks(
  { block, blocks, pointsFree, sightings }: Layout,
  { links }: Priors,
  kept: Int32Array,
): Int32Array {
  const first = Int32Array.from({ length: blocks }, (_, i) => i)
  const link = (from: number, to: number) => {
    if (from >= 0 && to >= 0) first[Math.max(from, to)] = Math.min(first[Math.max(from, to)]!, from, to)
  }
  for (const [a, b] of links) link(block[a]!, block[b]!)
  if (!pointsFree) return first
  for (let p = 0; p + 1 < sightings.start.length; p++) {
    if (kept[p]! >= 0) continue
    let lowest = -1
    for (let i = sightings.start[p]!; i < sightings.start[p + 1]!; i++) {
      const each = block[sightings.camera[i]!]!
      if (lowest < 0) lowest = each
      link(lowest, each)
    }
  }
  return first
}
