/** The Zod schemas of samples, as `jsonl` writes them and other programs may read them; the plain types are in `sample.ts`. */
import { z } from 'zod'
import type { Annotation } from './annotation.ts'
import type { JsonObject } from './json.ts'
import type { Sample } from './sample.ts'
import { mediaRef, shortName, utcTime, uuid } from './session-schema.ts'
import { domainNames } from './session.ts'

const point = z.tuple([z.number(), z.number()])

const annotation = z.looseObject({
  id: z.string().describe('Stable over rebuilds'),
  label: z.string().describe('The class, as people call it'),
  shape: z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('box'),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).describe('x, y, width, height; pixels, y down'),
    }),
    z.looseObject({ type: z.literal('point'), point: point.describe('x, y; pixels, y down') }),
    z.looseObject({ type: z.literal('polygon'), points: z.array(point).describe('Corners in turn; pixels, y down') }),
  ]),
  confidence: z.number().min(0).max(1).nullable().describe('By whoever made the label; null when it gave none'),
  source: z.string().describe('How it came about: template_matching, user_click, dom, person, model …'),
  verified: z.boolean().describe('Whether a person confirmed it'),
  provenance: z
    .looseObject({
      session: z.string().describe('The session that saw it'),
      action: z.string().nullable().describe('The action within the session; null: of the whole session'),
      at: z.string().nullable().describe('When, UTC'),
      method: z.string().nullable().describe('How it was found'),
      threshold: z.number().nullable().describe('From which similarity it counts as found'),
      activeStates: z.array(z.string()).describe('States of the application then'),
      observations: z.number().describe('How often it was seen'),
    })
    .describe('Where the label comes from'),
})

const base = {
  id: z.string().describe('Stable over rebuilds and over the order of sessions'),
  domain: z.enum(domainNames).describe('What kind of run it comes from'),
  project: shortName.describe('The project of its sessions'),
  sessions: z.array(uuid).describe('The sessions it was made from, sorted'),
  contributors: z.array(z.string()).describe('The pseudonyms behind them, sorted'),
  group: z.string().describe('Samples of one group stay on one side of a split'),
  recordedAt: utcTime.describe('Of the earliest session'),
  attributes: z.record(z.string(), z.unknown()).describe('Flat facts for filtering and table columns; unknown is null'),
}

export const sampleSchemas = {
  image: z.looseObject({
    type: z.literal('image'),
    ...base,
    image: mediaRef.describe('The picture'),
    annotations: z.array(annotation).describe('Its labels; none makes it a negative example'),
  }),
  pair: z.looseObject({
    type: z.literal('pair'),
    ...base,
    input: mediaRef.describe('The picture that was edited'),
    output: mediaRef.describe('The picture that came of it'),
    mask: mediaRef.nullable().describe('White where the edit may change the picture'),
    instruction: z.string().describe('What was asked, as corrected by people'),
  }),
  row: z.looseObject({ type: z.literal('row'), ...base }),
  trajectory: z.looseObject({
    type: z.literal('trajectory'),
    ...base,
    steps: z.array(z.record(z.string(), z.unknown())).describe('In order of time'),
  }),
} as const

// A field that one of the two knows by another name or type fails to compile here. Facts are any JSON, to Zod as to us.
type Fits<Checked extends Plain, Plain> = Checked
type Facts = { readonly attributes: JsonObject; readonly steps: readonly JsonObject[] }
type Of<K extends keyof typeof sampleSchemas> = z.output<(typeof sampleSchemas)[K]> & Facts
type Named<K> = Extract<Sample, { readonly type: K }>
export type SchemasAgreeWithTypes = [
  Fits<Of<'image'>, Named<'image'>>,
  Fits<Of<'pair'>, Named<'pair'>>,
  Fits<Of<'row'>, Named<'row'>>,
  Fits<Of<'trajectory'>, Named<'trajectory'>>,
  Fits<z.output<typeof annotation>, Annotation>,
]
