/** Figures as records hold them. */
import type { Pair } from '../terms.ts'

/** Six decimals: a hundredth of a pixel of the widest picture, in a third of the digits. null for what is no number. */
export function rounded(value: number): number | null
export function rounded(value: number | null): number | null
export function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null
  // Adding 0 turns -0 into 0.
  return Math.round(value * 1e6) / 1e6 + 0
}

/** Six digits, for what is small by nature: squares of small figures. null for what is no number. */
export const significant = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(6)) : null

/** A share, whatever rounding errors made of it. */
export const share = (value: number | null): number | null =>
  value === null ? null : rounded(Math.min(1, Math.max(0, value)))

export const pairOf = (u: number, v: number): Pair => [rounded(u) ?? 0, rounded(v) ?? 0]

export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
