/** Image edits: a picture, an instruction, and the picture that came of it. */
import type { Domain } from '#core/domain.ts'
import { imagesFields } from './fields.ts'
import { imagesLeaves } from './leaves.ts'
import { imagesFacets, imagesSearchText, imagesSummary } from './find.ts'
import { imagesLessons } from './lessons.ts'
import { nexvision } from './layouts/nexvision.ts'
import { imagesSamples, mergePairs } from './samples.ts'
import { imagesEdits, imagesSchema } from './schema.ts'
import { imagesTables } from './tables.ts'

export const images = {
  name: 'images',
  about: 'Image edits: original, instruction, settings and result',
  schemaVersion: 1,
  schema: imagesSchema,
  fields: imagesFields,
  leaves: imagesLeaves,
  upgrades: {},
  editKinds: imagesEdits,
  facets: imagesFacets,
  searchText: imagesSearchText,
  summary: imagesSummary,
  samples: imagesSamples,
  mergeSamples: mergePairs,
  tables: imagesTables,
  layouts: [nexvision],
  lessons: [imagesLessons],
} as const satisfies Domain
