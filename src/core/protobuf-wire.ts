/** The wire format of Protocol Buffers, as far as reading needs it: fields by number, in any order, unknown ones skipped. */

/** A field's bytes, or its number: what it means its reader knows. */
export interface WireField {
  readonly field: number
  readonly bytes: Uint8Array
  /** Of a varint or a fixed number of 32 bits, as an unsigned integer; 0 of others. */
  readonly number: bigint
}

/** @returns null where the bytes are no such message */
export function wireFields(bytes: Uint8Array): readonly WireField[] | null {
  const fields: WireField[] = []
  const none = new Uint8Array(0)
  let at = 0
  while (at < bytes.length) {
    const key = varintAt(bytes, at)
    if (key === null) return null
    at = key.next
    const field = Number(key.value >> 3n)
    switch (Number(key.value & 7n)) {
      case 0: {
        const read = varintAt(bytes, at)
        if (read === null) return null
        at = read.next
        fields.push({ field, bytes: none, number: read.value })
        break
      }
      case 1:
        fields.push({ field, bytes: bytes.subarray(at, at + 8), number: 0n })
        at += 8
        break
      case 2: {
        const length = varintAt(bytes, at)
        if (length === null || length.next + Number(length.value) > bytes.length) return null
        fields.push({ field, bytes: bytes.subarray(length.next, length.next + Number(length.value)), number: 0n })
        at = length.next + Number(length.value)
        break
      }
      case 5:
        fields.push({ field, bytes: bytes.subarray(at, at + 4), number: 0n })
        at += 4
        break
      default:
        return null
    }
  }
  return at === bytes.length ? fields : null
}

function varintAt(bytes: Uint8Array, from: number): { readonly value: bigint; readonly next: number } | null {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i]
    if (byte === undefined) return null
    value |= BigInt(byte & 127) << BigInt(7 * i)
    if (byte < 128) return { value, next: from + i + 1 }
  }
  return null
}

/** Numbers that may stand one by one or packed. @returns signed integers; null where they are damaged */
export function integersIn(fields: readonly WireField[], field: number): number[] | null {
  const found: number[] = []
  for (const one of fields.filter((other) => other.field === field)) {
    if (one.bytes.length === 0) {
      found.push(Number(BigInt.asIntN(64, one.number)))
      continue
    }
    for (let at = 0; at < one.bytes.length; ) {
      const read = varintAt(one.bytes, at)
      if (read === null) return null
      found.push(Number(BigInt.asIntN(64, read.value)))
      at = read.next
    }
  }
  return found
}

/** Numbers of 32 bits with a point, packed or one by one. */
export const floatsIn = (fields: readonly WireField[], field: number): number[] =>
  fields.filter((one) => one.field === field).flatMap(({ bytes }) => numbersOf(bytes, 4))

/** @param size of each, 4 or 8 bytes */
export function numbersOf(bytes: Uint8Array, size: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  )
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The last of a field that may stand once. */
export const lastOf = (fields: readonly WireField[], field: number): WireField | null =>
  fields.findLast((one) => one.field === field) ?? null
