/** What a line of JSON Lines holds, with types: for the text of numbers and for the dataset card. */
import type { ExportHead } from '#core/format.ts'
import type { SampleType } from '#core/sample.ts'
import { anyJson, type Feature, type Field, fieldsOf, flag, integer, listOf, real, structOf, text } from './features.ts'

const media = structOf({
  role: text,
  sha256: text,
  mediaType: text,
  bytes: integer,
  width: integer,
  height: integer,
  file: text,
})

const annotation = structOf({
  id: text,
  label: text,
  shape: structOf({ type: text, bbox: listOf(real), point: listOf(real), points: listOf(listOf(real)) }),
  confidence: real,
  source: text,
  verified: flag,
  provenance: structOf({
    session: text,
    action: text,
    at: text,
    method: text,
    threshold: real,
    activeStates: listOf(text),
    observations: integer,
  }),
})

const ownFields: Readonly<Record<SampleType, Readonly<Record<string, Feature>>>> = {
  image: { image: media, annotations: listOf(annotation) },
  pair: { input: media, output: media, mask: media, instruction: text },
  row: {},
  trajectory: { steps: listOf(anyJson) },
}

const attributeFeatures = { number: real, integer, boolean: flag, string: text, json: anyJson } as const

export function sampleFields(type: SampleType, head: ExportHead): readonly Field[] {
  const attributes = head.attributes.map(({ key, type }) => ({ name: key, feature: attributeFeatures[type] }))
  return [
    ...fieldsOf({ type: text, id: text, domain: text, project: text, group: text, recordedAt: text }),
    ...fieldsOf({ sessions: listOf(text), contributors: listOf(text) }),
    { name: 'attributes', feature: { type: 'struct', fields: attributes } },
    ...fieldsOf(ownFields[type]),
  ]
}

/** An empty struct is a column that `datasets` cannot make. */
export const cardFields = (fields: readonly Field[]): readonly Field[] =>
  fields.filter(({ feature }) => feature.type !== 'struct' || feature.fields.length > 0)
