/** Any model as the JSON that is kept and handed on, and back: the parts of those that are made of trees, and all by their name. */
import type { Json, JsonObject } from '#core/json.ts'
import type { Calibration } from './calibration.ts'
import type { HazardModel } from './hazard.ts'
import type { LogisticModel } from './logistic.ts'
import {
  logisticJson,
  modelFields,
  modelJsonVersion,
  readLogistic,
  readTreeModel,
  treeModelJson,
} from './model-json.ts'
import { type NetworkModel, networkJson, readNetwork } from './network-model.ts'
import { aNumber, anObject, aText, listOf, oneOf, partOf, type Read, reading, refuse } from './read-json.ts'
import type { TreeModel } from './tree-model.ts'
import type { Bag } from './uplift.ts'

export type Model = TreeModel | LogisticModel | HazardModel | Bag | NetworkModel

const head = { format: 'hindsight.model', version: modelJsonVersion } as const
const algorithms = ['boosted-trees', 'forest', 'logistic', 'hazard', 'bag', 'network'] as const

export function modelJson(model: Model): JsonObject {
  switch (model.algorithm) {
    case 'logistic':
      return logisticJson(model)
    case 'network':
      return networkJson(model)
    case 'hazard': {
      const { algorithm, signalNames, spanEnds, window, trees } = model
      return { ...head, algorithm, signalNames, spanEnds, window, trees: treeModelJson(trees) }
    }
    case 'bag':
      return { ...head, algorithm: model.algorithm, members: model.members.map(treeModelJson) }
    default:
      return treeModelJson(model)
  }
}

/** @param json as parsed from text; anything */
export function readModel(json: Json | undefined): Read<Model> {
  return reading(() => {
    const fields = modelFields(json)
    switch (oneOf(fields['algorithm'], algorithms, 'algorithm')) {
      case 'logistic':
        return partOf(readLogistic(json), 'the model')
      case 'network':
        return partOf(readNetwork(json), 'the model')
      case 'hazard':
        return hazardFrom(fields)
      case 'bag':
        return { algorithm: 'bag', members: listOf(fields['members'], 'members', treesFrom) }
      default:
        return treesFrom(json, 'the model')
    }
  })
}

const treesFrom = (json: unknown, where: string): TreeModel => partOf(readTreeModel(json as Json), where)

function hazardFrom(fields: Readonly<Record<string, unknown>>): HazardModel {
  const spanEnds = listOf(fields['spanEnds'], 'spanEnds', (value, where) => aNumber(value, where, 1))
  if (spanEnds.length === 0 || !rises(spanEnds)) refuse('spanEnds', 'rising numbers of frames', spanEnds)
  return {
    algorithm: 'hazard',
    signalNames: listOf(fields['signalNames'], 'signalNames', aText),
    spanEnds,
    window: aNumber(fields['window'], 'window', 1),
    trees: treesFrom(fields['trees'], 'trees'),
  }
}

/** Of a calibration its own form is the JSON. */
export function readCalibration(json: Json | undefined): Read<Calibration> {
  return reading((): Calibration => {
    const fields = anObject(json, 'the calibration')
    if (oneOf(fields['type'], ['platt', 'isotonic'], 'type') === 'platt') {
      return { type: 'platt', slope: aNumber(fields['slope'], 'slope', 0), offset: aNumber(fields['offset'], 'offset') }
    }
    const [raw, chance] = ['raw', 'chance'].map((key) => {
      return listOf(fields[key], key, (value, where) => aNumber(value, where, 0, 1))
    })
    if (raw!.length === 0 || !rises(raw!)) refuse('raw', 'rising chances', raw)
    if (chance!.length !== raw!.length) refuse('chance', `${raw!.length} chances`, chance)
    return { type: 'isotonic', raw: raw!, chance: chance! }
  })
}

const rises = (numbers: readonly number[]) => numbers.every((number, i) => i === 0 || number > numbers[i - 1]!)
