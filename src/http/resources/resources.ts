/** All handlers; the type says that no route of the table is without one. */
import type { Handlers } from '../handler.ts'
import { blobHandlers } from './blobs.ts'
import { clipHandlers } from './clips.ts'
import { consentHandlers } from './consent.ts'
import { datasetHandlers } from './datasets.ts'
import { describeHandlers } from './describe.ts'
import { editHandlers } from './edits.ts'
import { jobHandlers } from './jobs.ts'
import { journalHandlers } from './journals.ts'
import { learnHandlers } from './learn.ts'
import { queryHandlers } from './queries.ts'
import { sessionHandlers } from './sessions.ts'
import { statHandlers } from './stats.ts'
import { storeImageHandlers } from './store-image.ts'
import { trackHandlers } from './track.ts'
import { transferHandlers } from './transfers.ts'

export const handlers: Handlers = {
  ...blobHandlers,
  ...clipHandlers,
  ...consentHandlers,
  ...datasetHandlers,
  ...describeHandlers,
  ...editHandlers,
  ...jobHandlers,
  ...journalHandlers,
  ...learnHandlers,
  ...queryHandlers,
  ...sessionHandlers,
  ...statHandlers,
  ...storeImageHandlers,
  ...trackHandlers,
  ...transferHandlers,
}
