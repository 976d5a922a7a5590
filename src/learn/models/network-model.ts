/** A network as a model among the others: which features go in, how they are scaled, and what comes out, as readable JSON. */
import type { Json, JsonObject } from '#core/json.ts'
import { modelFields, modelJsonVersion } from './model-json.ts'
import { type Network, type NetworkNode, type NetworkTensor, operations, runNetwork } from './onnx/network.ts'
import { aNumber, anObject, aText, listOf, oneOf, type Read, reading, refuse } from './read-json.ts'
import { sigmoid } from './sigmoid.ts'
import type { Table } from './table.ts'

export interface NetworkFeature {
  readonly name: string
  /** What the network was trained on is (value - mean) / deviation; what is not known is the mean. */
  readonly mean: number
  readonly deviation: number
}

export const networkOutputs = ['chance', 'logit', 'value'] as const

export interface NetworkModel {
  readonly algorithm: 'network'
  /** In the order of the network's input. */
  readonly features: readonly NetworkFeature[]
  /** What its last number means: a chance as it is, one before the sigmoid, or an amount. */
  readonly output: (typeof networkOutputs)[number]
  readonly network: Network
}

/** One for each row: a chance, or an amount. @throws Error where the layers do not fit together, which reading has ruled out */
export function predictNetwork(model: NetworkModel, table: Table): Float64Array {
  const told = runNetwork(model.network, scaled(model, table))
  if (told === null) throw new Error('the layers of a network do not fit together')
  if (model.output === 'logit') return told.map(sigmoid)
  return model.output === 'chance' ? told.map((chance) => Math.min(1, Math.max(0, chance))) : told
}

function scaled({ features }: NetworkModel, { featureNames, rowCount, values }: Table) {
  const columns = features.map(({ name }) => featureNames.indexOf(name))
  const rows = new Float64Array(rowCount * features.length)
  for (let row = 0; row < rowCount; row++) {
    features.forEach(({ mean, deviation }, i) => {
      const value = columns[i]! < 0 ? Number.NaN : values[row * featureNames.length + columns[i]!]!
      rows[row * features.length + i] = Number.isNaN(value) ? 0 : (value - mean) / deviation
    })
  }
  return { rows: rowCount, columns: features.length, values: rows }
}

export const networkJson = ({ algorithm, features, output, network }: NetworkModel): JsonObject =>
  JSON.parse(
    JSON.stringify({ format: 'hindsight.model', version: modelJsonVersion, algorithm, features, output, network }),
  ) as JsonObject

/** @param json as {@link networkJson} writes it; anything */
export function readNetwork(json: Json | undefined): Read<NetworkModel> {
  return reading(() => {
    const fields = modelFields(json)
    const model: NetworkModel = {
      algorithm: oneOf(fields['algorithm'], ['network'], 'algorithm'),
      ...describedIn(fields),
      network: networkFrom(fields['network']),
    }
    return wholeOf(model)
  })
}

/** What a person says of a network beside its file. */
export const describedIn = (fields: Readonly<Record<string, unknown>>): Pick<NetworkModel, 'features' | 'output'> => ({
  features: listOf(fields['features'], 'features', (item, where): NetworkFeature => {
    const { name, mean = 0, deviation = 1 } = anObject(item, where)
    const wide = aNumber(deviation, `${where}.deviation`)
    if (wide <= 0) refuse(`${where}.deviation`, 'a number above 0', wide)
    return { name: aText(name, `${where}.name`), mean: aNumber(mean, `${where}.mean`), deviation: wide }
  }),
  output: oneOf(fields['output'], networkOutputs, 'output'),
})

/** Asked about two rows it gives two finite numbers. */
export function wholeOf(model: NetworkModel): NetworkModel {
  const columns = model.features.length
  const told = runNetwork(model.network, { rows: 2, columns, values: new Float64Array(2 * columns) })
  if (told === null || told.some((value) => !Number.isFinite(value))) {
    refuse('network', `layers that make one number of ${columns} features`, 'others')
  }
  return model
}

function networkFrom(json: unknown): Network {
  const { input, output, nodes, tensors } = anObject(json, 'network')
  return {
    input: aText(input, 'network.input'),
    output: aText(output, 'network.output'),
    nodes: listOf(nodes, 'network.nodes', nodeFrom),
    tensors: Object.fromEntries(
      Object.entries(anObject(tensors, 'network.tensors')).map(([name, tensor]) => [name, tensorFrom(tensor, name)]),
    ),
  }
}

function nodeFrom(json: unknown, where: string): NetworkNode {
  const { op, inputs, outputs, attributes } = anObject(json, where)
  const numbers = Object.entries(anObject(attributes, `${where}.attributes`))
  return {
    op: oneOf(op, operations, `${where}.op`),
    inputs: listOf(inputs, `${where}.inputs`, aName),
    outputs: listOf(outputs, `${where}.outputs`, aName),
    attributes: Object.fromEntries(numbers.map(([name, value]) => [name, aNumber(value, `${where}.${name}`)])),
  }
}

/** An input that is left out has an empty name. */
const aName = (value: unknown, where: string): string =>
  typeof value === 'string' ? value : refuse(where, 'a name', value)

function tensorFrom(json: unknown, where: string): NetworkTensor {
  const fields = anObject(json, where)
  const [rows, columns] = [aNumber(fields['rows'], where, 0), aNumber(fields['columns'], where, 0)]
  const values = listOf(fields['values'], where, (value) => aNumber(value, where))
  if (values.length !== rows * columns) refuse(where, `${rows * columns} numbers`, values.length)
  return { rows, columns, values }
}
