/** What is logged is what was used: a value that nobody can change any more, down to its leaves. */
export function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !ArrayBuffer.isView(inner) && !Object.isFrozen(inner))
      frozen(inner)
  }
  return Object.freeze(value)
}
