/** Numbers and words in the text of scenes. */

/** Digits enough for a hundredth of a pixel at any size of a scene, and no -0. */
export function number(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a scene cannot hold ${value}`)
  return String(Number(value.toPrecision(12)) + 0)
}

export const numbers = (values: Iterable<number>, separator = ' ') => Array.from(values, number).join(separator)

/** Text on one line, for a comment. */
export const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')

/** For `JSON.stringify`, which would make null of what is not finite. */
export function onlyFinite(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`a scene cannot hold ${value}`)
  return value
}
