/**
 * Reads a small network from an ONNX file (github.com/onnx/onnx, onnx.proto): layers over rows of features, as training programs
 * write them. What such a network cannot be made of (images, loops, sequences, weights in other files) is refused by name.
 */
import { floatsIn, integersIn, lastOf, numbersOf, textOf, type WireField, wireFields } from '#core/protobuf-wire.ts'
import { type Read, reading, refuse } from '../read-json.ts'
import { type Network, type NetworkNode, type NetworkTensor, operations } from './network.ts'

/** So large a network is for other programs: it would be slow here, and its JSON huge. */
const mostWeights = 1_000_000
const mostNodes = 1000

/** @param bytes of the file; anything */
export const readOnnx = (bytes: Uint8Array): Read<Network> => reading(() => networkOf(bytes))

function networkOf(bytes: Uint8Array): Network {
  const graph = partsOf(lastOf(partsOf(bytes, 'an ONNX file'), 7)?.bytes ?? null, 'a graph')
  const tensors: Record<string, NetworkTensor> = {}
  for (const { bytes: body } of graph.filter(({ field }) => field === 5)) {
    const { name, tensor } = tensorOf(partsOf(body, 'a tensor'))
    tensors[name] = tensor
  }
  const nodes = graph.filter(({ field }) => field === 1).map(({ bytes: body }) => nodeOf(partsOf(body, 'a node')))
  if (nodes.length > mostNodes) refuse('the network', `at most ${mostNodes} operations`, String(nodes.length))
  const constants = nodes.filter(({ op }) => op === 'Constant')
  for (const { outputs, value } of constants) if (value !== null && outputs[0]) tensors[outputs[0]] = value
  const weights = Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0)
  if (weights > mostWeights) refuse('the network', `at most ${mostWeights} weights`, String(weights))
  const inputs = namesOf(graph, 11).filter((name) => tensors[name] === undefined)
  const outputs = namesOf(graph, 12)
  const [input, ...more] = inputs
  const output = outputs.at(-1)
  if (input === undefined || more.length > 0) refuse('the network', 'one input', inputs.join(', ') || 'none')
  if (output === undefined) refuse('the network', 'an output', 'none')
  const steps = nodes.flatMap(({ op, inputs: from, outputs: to, attributes }) =>
    op === 'Constant' ? [] : [{ op, inputs: from, outputs: to, attributes }],
  )
  return { input, output, nodes: steps, tensors }
}

function partsOf(bytes: Uint8Array | null, what: string): readonly WireField[] {
  const fields = bytes === null || bytes.length === 0 ? null : wireFields(bytes)
  if (fields === null) refuse('the network', what, 'bytes that are none')
  return fields
}

const namesOf = (graph: readonly WireField[], field: number): string[] =>
  graph
    .filter((one) => one.field === field)
    .map(({ bytes }) => textOf(lastOf(partsOf(bytes, 'a named value'), 1)?.bytes ?? new Uint8Array(0)))

/** A constant is a node that has its value with it. */
interface ReadNode extends Omit<NetworkNode, 'op'> {
  readonly op: NetworkNode['op'] | 'Constant'
  readonly value: NetworkTensor | null
}

function nodeOf(fields: readonly WireField[]): ReadNode {
  const texts = (field: number) => fields.filter((one) => one.field === field).map(({ bytes }) => textOf(bytes))
  const op = texts(4)[0] ?? ''
  const domain = texts(7)[0] ?? ''
  const known = operations.find((one) => one === op)
  if ((known === undefined && op !== 'Constant') || (domain !== '' && domain !== 'ai.onnx')) {
    refuse('the network', `layers of ${operations.join(', ')}`, domain === '' ? op : `${domain}.${op}`)
  }
  const attributes: Record<string, number> = {}
  let value: NetworkTensor | null = null
  for (const { bytes } of fields.filter(({ field }) => field === 5)) {
    const parts = partsOf(bytes, 'an attribute')
    const name = textOf(lastOf(parts, 1)?.bytes ?? new Uint8Array(0))
    const [float, integer, tensor] = [lastOf(parts, 2), lastOf(parts, 3), lastOf(parts, 5)]
    if (tensor !== null) value = tensorOf(partsOf(tensor.bytes, 'a tensor')).tensor
    else if (float !== null) attributes[name] = numbersOf(float.bytes, 4)[0] ?? 0
    else if (integer !== null) attributes[name] = Number(BigInt.asIntN(64, integer.number))
  }
  return { op: known ?? 'Constant', inputs: texts(1), outputs: texts(2), attributes, value }
}

const [float32, int64, float64] = [1, 7, 11]

function tensorOf(fields: readonly WireField[]): { readonly name: string; readonly tensor: NetworkTensor } {
  const name = textOf(lastOf(fields, 8)?.bytes ?? new Uint8Array(0))
  const dims = integersIn(fields, 1) ?? []
  const type = Number(lastOf(fields, 2)?.number ?? 0n)
  if (lastOf(fields, 13) !== null) refuse('the network', 'weights within the file', `"${name}" in another one`)
  if (type !== float32 && type !== float64 && type !== int64) {
    refuse('the network', 'weights of 32 or 64 bits', `"${name}" of type ${type}`)
  }
  const raw = lastOf(fields, 9)?.bytes ?? null
  const values = raw === null ? listedValues(fields, type) : rawValues(raw, type)
  const size = dims.reduce((product, side) => product * side, 1)
  if (values.length !== size || values.some((value) => !Number.isFinite(value)) || dims.some((side) => side < 0)) {
    refuse('the network', `${size} numbers`, `${values.length} of "${name}", or some that are none`)
  }
  if (dims.filter((side) => side !== 1).length > 2)
    refuse('the network', 'weights in rows and columns', `"${name}" of ${dims.join(' x ')}`)
  return { name, tensor: { ...sidesOf(dims), values } }
}

/** Rows and columns: a list is one row, as it is spread over rows. */
function sidesOf(dims: readonly number[]): { readonly rows: number; readonly columns: number } {
  const wide = dims.length <= 2 ? dims : dims.filter((side) => side !== 1)
  if (wide.length === 2) return { rows: wide[0]!, columns: wide[1]! }
  return { rows: 1, columns: wide[0] ?? 1 }
}

const listedValues = (fields: readonly WireField[], type: number): readonly number[] =>
  type === float32
    ? floatsIn(fields, 4)
    : type === int64
      ? (integersIn(fields, 7) ?? [])
      : fields.filter(({ field }) => field === 10).flatMap(({ bytes }) => numbersOf(bytes, 8))

function rawValues(raw: Uint8Array, type: number): readonly number[] {
  if (type !== int64) return numbersOf(raw, type === float32 ? 4 : 8)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return Array.from({ length: Math.floor(raw.length / 8) }, (_, i) => Number(view.getBigInt64(8 * i, true)))
}
