import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#core/json.ts'
import { modelJson, readModel } from './kept-model.ts'
import { describedIn, type NetworkModel, predictNetwork, readNetwork, wholeOf } from './network-model.ts'
import { runNetwork } from './onnx/network.ts'
import { readOnnx } from './onnx/read-onnx.ts'
import { reading } from './read-json.ts'

const file = (name: string) => readFileSync(new URL(`../../../sample/networks/${name}`, import.meta.url))
const json = (name: string) => JSON.parse(file(name).toString('utf8')) as JsonObject
interface Asked {
  readonly rows: readonly (readonly number[])[]
  readonly told: readonly number[]
}
const reference = json('reference.json') as unknown as { readonly deadZones: Asked; readonly layers: Asked }

function read(name: string) {
  const network = readOnnx(file(name))
  assert.ok(network.ok, JSON.stringify(network))
  return network.value
}

const model: NetworkModel = {
  algorithm: 'network',
  ...describedIn(json('dead-zones.json')),
  network: read('dead-zones.onnx'),
}
const names = ['row', 'share kept here', 'something else', 'points placed here']
/** Columns in another order than the network's, with one that it does not ask for. */
const tableOf = (rows: readonly (readonly number[])[]) => ({
  featureNames: names,
  rowCount: rows.length,
  values: Float64Array.from(rows.flatMap(([share, points, row]) => [row!, share!, Number.NaN, points!])),
})

describe('a network from an ONNX file', () => {
  test('says what ONNX Runtime says, of features in any order', () => {
    const { rows, told } = reference.deadZones
    const ours = predictNetwork(model, tableOf(rows))
    told.forEach((chance, i) => assert.ok(Math.abs(ours[i]! - chance) < 1e-6, `${ours[i]} and ${chance}`))
    assert.ok(Math.max(...told) > 0.8 && Math.min(...told) < 0.1, 'it tells something')
  })

  test('knows every layer that it reads', () => {
    const { rows, told } = reference.layers
    const ours = runNetwork(read('layers.onnx'), { rows: rows.length, columns: 3, values: rows.flat() })!
    told.forEach((value, i) => assert.ok(Math.abs(ours[i]! - value) < 1e-5, `${ours[i]} and ${value}`))
  })

  test('takes what is not known for the mean, and a logit for what it is', () => {
    const unknown = predictNetwork(model, tableOf([[Number.NaN, Number.NaN, Number.NaN]]))
    const [usual] = predictNetwork(model, tableOf([[0.7, 12, 1]]))
    assert.ok(Math.abs(unknown[0]! - usual!) < 1e-12)
    const { nodes } = model.network
    const bare = {
      ...model,
      output: 'logit' as const,
      network: { ...model.network, nodes: nodes.slice(0, -1), output: 'logit' },
    }
    const rows = tableOf(reference.deadZones.rows)
    const chances = predictNetwork(model, rows)
    predictNetwork(bare, rows).forEach((chance, i) => assert.ok(Math.abs(chance - chances[i]!) < 1e-12))
  })

  test('is the same after it was written as JSON and read', () => {
    const again = readModel(JSON.parse(JSON.stringify(modelJson(model))))
    assert.ok(again.ok)
    assert.deepEqual(again.value, model)
  })
})

describe('what is no network of ours', () => {
  const refusal = (bytes: Uint8Array) => {
    const found = readOnnx(bytes)
    assert.ok(!found.ok)
    return `${found.expected}: ${found.found}`
  }

  test('is refused, and says what it has', () => {
    assert.match(refusal(new Uint8Array(0)), /an ONNX file/)
    assert.match(refusal(Buffer.from('not a network at all, only words')), /./)
    // The name of an operation within the file, of the same length.
    const odd = Buffer.from(file('dead-zones.onnx'))
    odd.write('Lstm', odd.indexOf('Tanh'))
    assert.match(refusal(odd), /layers of Gemm, .*: "Lstm"/)
    assert.match(refusal(file('dead-zones.onnx').subarray(0, 300)), /./)
  })

  test('is never a crash, wherever a file is damaged', () => {
    const whole = file('layers.onnx')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Uint8Array.from(whole)
        bytes[at] = byte
        const found = readOnnx(bytes)
        if (found.ok) runNetwork(found.value, { rows: 2, columns: 3, values: new Float64Array(6) })
      }),
      { numRuns: 400 },
    )
  })

  test('is refused where layers do not fit the features, or the JSON was changed', () => {
    const less = reading(() => wholeOf({ ...model, features: model.features.slice(1) }))
    assert.ok(!less.ok)
    assert.match(less.expected, /one number of 2 features/)
    const written = modelJson(model) as { readonly features: readonly object[] } & JsonObject
    const broken = [
      { ...written, output: 'weather' },
      { ...written, features: [{ name: 'a', mean: 0, deviation: 0 }] },
      {
        ...written,
        network: { ...(written['network'] as JsonObject), tensors: { w1: { rows: 2, columns: 2, values: [1] } } },
      },
      {
        ...written,
        network: {
          ...(written['network'] as JsonObject),
          nodes: [{ op: 'Loop', inputs: [], outputs: [], attributes: {} }],
        },
      },
    ]
    for (const one of broken) assert.ok(!readNetwork(one as JsonObject).ok)
  })
})
