/** GUI automation: runs of workflows, recordings of people, and labelled screenshots from elsewhere. */
import type { Domain } from '#core/domain.ts'
import type { AnySession } from '#core/session.ts'
import { facetsOf, searchTextOf, summaryOf } from './facets.ts'
import { guiFields } from './fields.ts'
import { guiLeaves } from './leaves.ts'
import { qontinui } from './layouts/qontinui.ts'
import { qontinuiRun } from './layouts/qontinui-run.ts'
import { guiLessons } from './lessons.ts'
import { mergeSamples, samplesOf } from './samples.ts'
import { annotationEditSchema, guiSessionSchema, screenEditSchema } from './schema.ts'
import type { GuiSession } from './session.ts'
import { tables } from './tables.ts'

/** The engine checks a session against the schema below before it hands it to any of these functions. */
const asGui = (session: AnySession) => session as unknown as GuiSession

export const gui = {
  name: 'gui',
  about: 'GUI automation: screenshots, template matches, clicks and states of workflow runs',
  schemaVersion: 1,
  schema: guiSessionSchema,
  fields: guiFields,
  leaves: guiLeaves,
  upgrades: {},
  editKinds: { 'gui.annotation': annotationEditSchema, 'gui.screen': screenEditSchema },
  facets: (session) => facetsOf(asGui(session)),
  searchText: (session) => searchTextOf(asGui(session)),
  summary: (session) => summaryOf(asGui(session)),
  samples: (session, edits) => samplesOf(asGui(session), edits),
  mergeSamples,
  tables,
  layouts: [qontinui, qontinuiRun],
  lessons: [guiLessons],
} as const satisfies Domain
