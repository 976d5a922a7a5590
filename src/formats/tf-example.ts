/**
 * `tf.train.Example` as Protocol Buffers (tensorflow/core/example/example.proto and feature.proto): a map of names to
 * lists of one kind. A list without values still says its kind, which is what TensorFlow checks it by.
 */
import { fault } from '#core/faults.ts'
import { lastOf, textOf, wireFields } from '#core/protobuf-wire.ts'

export type TfKind = 'bytes' | 'float' | 'int64'

export type TfList =
  | { readonly kind: 'bytes'; readonly values: readonly Uint8Array[] }
  /** Kept with 32 bits. */
  | { readonly kind: 'float'; readonly values: readonly number[] }
  /** Integers within 64 bits. */
  | { readonly kind: 'int64'; readonly values: readonly (number | bigint)[] }

/** The number of each kind among the fields of a Feature. */
const kindField: Readonly<Record<TfKind, number>> = { bytes: 1, float: 2, int64: 3 }

/** The bytes of one Example; the same for the same features in the same order. */
export function encodeExample(features: ReadonlyMap<string, TfList>): Uint8Array {
  const encoder = new TextEncoder()
  const entries = new Parts()
  for (const [name, list] of features) {
    const feature = new Parts().message(kindField[list.kind], encodeList(list))
    entries.message(1, new Parts().field(1, encoder.encode(name)).message(2, feature))
  }
  return new Parts().message(1, entries).bytes()
}

function encodeList(list: TfList): Parts {
  const parts = new Parts()
  if (list.kind === 'bytes') for (const value of list.values) parts.field(1, value)
  // Numbers are packed; a list of none has no field at all.
  else if (list.values.length > 0) parts.field(1, list.kind === 'float' ? floats(list.values) : varints(list.values))
  return parts
}

function floats(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true)
  return bytes
}

const varints = (values: readonly (number | bigint)[]) => Uint8Array.from(values.flatMap((value) => varint(value)))

/** Of seven bits a byte, the lowest first; a negative number as its 64 bits. */
function varint(value: number | bigint): readonly number[] {
  if (typeof value === 'number' && value >= 0 && value < 128) return [value]
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

/** A message in pieces, so that a picture in it is copied once, not once for every message around it. */
class Parts {
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** A field of type bytes. */
  field(number: number, bytes: Uint8Array): this {
    this.#add(header(number, bytes.byteLength))
    this.#add(bytes)
    return this
  }

  /** A field that is a message. */
  message(number: number, inner: Parts): this {
    this.#add(header(number, inner.#length))
    for (const part of inner.#parts) this.#add(part)
    return this
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      bytes.set(part, at)
      at += part.byteLength
    }
    return bytes
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part)
    this.#length += part.byteLength
  }
}

/** Number and type (2, with a length) of a field, then its length. */
const header = (field: number, length: number) => Uint8Array.from([...varint((field << 3) | 2), ...varint(length)])

/**
 * The first value of every feature that is a list of bytes; lists of numbers are passed over.
 *
 * @throws layout.invalid when the bytes are no Example
 */
export function bytesOfExample(bytes: Uint8Array, where: string): ReadonlyMap<string, Uint8Array> {
  const fieldsOf = (message: Uint8Array) => {
    const fields = wireFields(message)
    if (fields) return fields
    throw fault('layout.invalid', { expected: 'a tf.train.Example', found: 'other bytes', where })
  }
  const inner = (message: Uint8Array, field: number) => lastOf(fieldsOf(message), field)?.bytes ?? null
  const found = new Map<string, Uint8Array>()
  for (const { field, bytes: entry } of fieldsOf(inner(bytes, 1) ?? new Uint8Array(0))) {
    const [name, feature] = [inner(entry, 1), inner(entry, 2)]
    const list = field === 1 && name && feature ? inner(feature, kindField.bytes) : null
    const first = list && fieldsOf(list).find((value) => value.field === 1)
    if (name && first) found.set(textOf(name), first.bytes)
  }
  return found
}
