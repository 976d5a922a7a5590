/** What Hindsight's own recorder knows of an attempt beside AutoSolve's fields. Only words from lists leave: nothing that is free text. */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { features } from '../../diagnose/forecast-weights.ts'
import { engineNames } from '../../engines/engine.ts'
import { phases } from '../../pipeline/attempt.ts'
import { emptyReasons, failureTypes, motionKinds, motionModels } from '../../terms.ts'
import { type Field, flag, integer, list, map, number, optional, record, regional, same, word } from './codec.ts'

export const engineName = word(same(engineNames))

/** A map of which only these keys are written; another could be anybody's name. */
function mapOf(keys: readonly string[], item: Field): Field {
  const all = map(item)
  return {
    read: all.read,
    write(value, path, notes) {
      if (!isJsonObject(value)) return null
      const known = Object.entries(value).filter(([key]) => keys.includes(key))
      if (known.length < Object.keys(value).length) notes.lost(`${path}.*`)
      return all.write(Object.fromEntries(known), path, notes)
    },
  }
}

export const timings = record([
  ['follow_ms', 'followMs', number],
  ['solve_ms', 'solveMs', number],
  ['phases', 'phases', optional(mapOf(phases, number))],
])

export const detection = record([
  ['frame', 'frame', integer],
  ['placed', 'placed', integer],
  ['empty', 'empty', regional(word(same(emptyReasons)))],
])

export const motion = record([
  ['kind', 'kind', word(same(motionKinds))],
  ['confidence', 'confidence', number],
  ['from_frame', 'fromFrame', integer],
  ['to_frame', 'toFrame', integer],
  ['pan', 'pan', number],
  ['roll', 'roll', number],
  ['zoom', 'zoom', number],
  ['shake', 'shake', number],
  ['scale', 'scale', number],
  ['roll_deg', 'rollDeg', number],
])

/** Its warnings are sentences, and stay: what they say is in the figures. */
export const forecast = record([
  ['probability', 'probability', number],
  ['features', 'features', mapOf(Object.keys(features), number)],
])

/** What a diagnosis may rest on, as `diagnose/patterns.ts` calls it. */
export const evidenceNames = [
  'edges along the motion over edges across it',
  'tracks lost',
  'width of edges along the motion',
  'motion over that width',
  'fastest points over the reach of the search',
  'spread of brightness',
  'slope at corners',
  'bend left over in the corners',
  'error along the radius that it explains',
  'misfit at the border',
  'misfit in the middle',
  'misfit at the border over that in the middle',
  'misfit at the border that a bent lens explains',
  'tracks that end there',
  'change of the picture',
  'tracks in a frame',
  'tracks over those aimed at, after a search',
  'static-overlay',
  'tracks that do not move with the rest',
] as const
export const evidenceUnits = [
  'times',
  'per second followed',
  'px',
  'of half its range',
  'grey levels a pixel',
  'px of a picture 960 wide',
  'share',
  'tracks',
  'share of tracks',
] as const

const fix = record([
  ['pattern_scale', 'patternScale', optional(number)],
  ['search_scale', 'searchScale', optional(number)],
  ['correlation_offset', 'correlationOffset', optional(number)],
  ['threshold_scale', 'thresholdScale', optional(number)],
  ['count_scale', 'countScale', optional(number)],
  ['motion_model', 'motionModel', optional(word(same(motionModels)))],
  ['edge_margin', 'edgeMargin', optional(number)],
  ['cut_frames', 'cutFrames', optional(list(integer))],
  ['min_lifespan', 'minLifespanFrames', optional(integer)],
  ['reject_non_rigid', 'rejectNonRigid', optional(flag)],
  ['free_lens', 'freeLens', optional(flag)],
])

export const diagnosis = record([
  ['pattern', 'pattern', word(same(failureTypes))],
  ['confidence', 'confidence', number],
  [
    'evidence',
    'evidence',
    list(
      record([
        ['name', 'name', word(same(evidenceNames))],
        ['value', 'value', number],
        ['limit', 'limit', number],
        ['unit', 'unit', word(same(evidenceUnits))],
      ]),
    ),
  ],
  ['fix', 'fix', fix],
])

export const refinement = record([
  ['from_frame', 'fromFrame', integer],
  ['to_frame', 'toFrame', integer],
  ['removed', 'removed', integer],
  ['error_before', 'errorBeforePx', number],
  ['error_after', 'errorAfterPx', number],
  ['held_out_before', 'heldOutBeforePx', number],
  ['held_out_after', 'heldOutAfterPx', number],
  ['kept', 'kept', flag],
])

export const letterbox = record([
  ['left', 'left', number],
  ['top', 'top', number],
  ['right', 'right', number],
  ['bottom', 'bottom', number],
])

/** Records of a list without the fields that hold sentences, and how many there were of those. */
export function withoutSentences(
  value: Json | undefined,
  key: string,
): { readonly value: Json; readonly said: number } {
  if (!Array.isArray(value)) return { value: value ?? null, said: 0 }
  let said = 0
  const rest = value.map((item: Json) => {
    if (!isJsonObject(item) || (item[key] ?? null) === null) return item
    said++
    return Object.fromEntries(Object.entries(item).filter(([name]) => name !== key)) as JsonObject
  })
  return { value: rest, said }
}
