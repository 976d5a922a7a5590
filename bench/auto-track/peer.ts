/** Blender's own tracker and solver on the same clip, by the protocol of bench/tracking; the better of its two results counts. */
import type { Truth } from '#test/footage/truth.ts'
import { blenderPeer, defaultCache, isCached } from '../tracking/blender-peer.ts'
import { blenderPlaced } from '../tracking/read-solve.ts'
import { judged } from './judge.ts'

export type PeerMode = 'cached' | 'run' | 'none'

/** null: not measured. */
export function peerSolved(clip: string, truth: Truth, mode: PeerMode): boolean | null {
  if (mode === 'none') return null
  const options = [{ cache: defaultCache }, { cache: defaultCache, refill: true }]
  const results = options
    .filter((option, i) => (mode === 'run' && i === 0) || isCached(clip, option))
    .map((option) => blenderPeer(clip, option).result)
  if (results.length === 0) return null
  const solves = results.flatMap(({ first_solve, after_clean }) => [after_clean, first_solve])
  return solves.some((solve) => {
    const placed = blenderPlaced(solve)
    return judged(truth, () => placed).right
  })
}
