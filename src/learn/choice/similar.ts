/**
 * Past sessions most like a situation, as the reason for a choice.
 *
 * Likeness is Gower's (1971): the weighted mean over the features that both know, of the difference as a share of the
 * feature's range, or of being another word.
 */
import type { Feature, Features } from '#core/learnable.ts'

export interface Past<T> {
  readonly id: string
  readonly features: Features
  readonly session: T
}

export interface Similar<T> {
  readonly past: Past<T>
  /** 0 alike to 1. */
  readonly distance: number
  /** Share of the features, by weight, that both know. */
  readonly known: number
}

/** @returns null when no feature is known of both */
export function gowerDistance(
  features: readonly Feature[],
  one: Features,
  other: Features,
): { readonly distance: number; readonly known: number } | null {
  let [sum, known, all] = [0, 0, 0]
  for (const feature of features) {
    const { name, weight } = feature
    all += weight
    const apart = difference(feature, one[name] ?? null, other[name] ?? null)
    if (apart === null) continue
    known += weight
    sum += weight * apart
  }
  return known > 0 ? { distance: sum / known, known: known / all } : null
}

function difference(feature: Feature, a: number | string | null, b: number | string | null): number | null {
  if (a === null || b === null) return null
  if (feature.type === 'word') return a === b ? 0 : 1
  if (typeof a !== 'number' || typeof b !== 'number') return null
  return Math.min(1, Math.abs(a - b) / feature.range)
}

/**
 * The k most alike, the nearest first; of equally near ones those of which more is known, then the later in the list.
 *
 * A past that shares less than half of the features is left out: it looks near because little is known of it.
 */
export function mostSimilar<T>(
  features: readonly Feature[],
  situation: Features,
  past: Iterable<Past<T>>,
  k = 5,
): readonly Similar<T>[] {
  const nearest: Similar<T>[] = []
  for (const one of past) {
    const found = gowerDistance(features, situation, one.features)
    if (found === null || found.known < 0.5) continue
    const similar = { past: one, ...found }
    const at = nearest.findIndex((other) => isNearer(similar, other))
    nearest.splice(at < 0 ? nearest.length : at, 0, similar)
    if (nearest.length > k) nearest.pop()
  }
  return nearest
}

const isNearer = <T>(one: Similar<T>, other: Similar<T>): boolean =>
  one.distance < other.distance || (one.distance === other.distance && one.known >= other.known)
