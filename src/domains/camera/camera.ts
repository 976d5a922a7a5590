/** Camera tracking: attempts to track a clip and solve its camera. */
import type { Domain } from '#core/domain.ts'
import { cameraBehavior } from './behavior.ts'
import { autosolve } from './layouts/autosolve.ts'
import { cameraLessons } from './learning/lessons.ts'
import { cameraFacets, cameraSearchText, cameraSummary } from './facets.ts'
import { cameraFields } from './fields.ts'
import { cameraLeaves } from './leaves.ts'
import { cameraSamples, mergeCameraSamples } from './samples.ts'
import { cameraSchema } from './schema.ts'
import { cameraTables } from './tables.ts'

export const camera: Domain = {
  name: 'camera',
  about: 'Tracking a clip and solving its camera',
  schemaVersion: 1,
  schema: cameraSchema,
  fields: cameraFields,
  leaves: cameraLeaves,
  upgrades: {},
  editKinds: { 'camera.behavior': cameraBehavior },
  facets: cameraFacets,
  searchText: cameraSearchText,
  summary: cameraSummary,
  samples: cameraSamples,
  mergeSamples: mergeCameraSamples,
  tables: cameraTables,
  layouts: [autosolve],
  lessons: cameraLessons,
}
