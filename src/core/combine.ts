/** An outcome from 0 to 1, and the parts that it is made of. */
export interface Part {
  /** 0 worst to 1 best; null when it was not measured. */
  readonly value: number | null
  readonly weight: number
}

export interface Combined {
  readonly value: number
  /** What each part brought: these sum to the value. */
  readonly parts: Readonly<Record<string, number>>
  readonly unknown: readonly string[]
}

/**
 * The weighted mean of what was measured; the weight of what was not is spread over the rest.
 *
 * @returns null when nothing was measured, or a value is no share
 */
export function combine(parts: Readonly<Record<string, Part>>): Combined | null {
  const known = Object.entries(parts).flatMap(([name, { value, weight }]) =>
    value === null ? [] : [{ name, value, weight }],
  )
  const total = known.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0) || known.some(({ value, weight }) => !(value >= 0 && value <= 1 && weight >= 0))) return null
  const brought = known.map(({ name, value, weight }) => [name, (value * weight) / total] as const)
  return {
    value: Math.min(
      1,
      brought.reduce((sum, [, share]) => sum + share, 0),
    ),
    parts: Object.fromEntries(brought),
    unknown: Object.keys(parts).filter((name) => parts[name]?.value === null),
  }
}
