/** All handlers; the type says that no route of the table is without one. */
import type { Handlers } from '../handler.ts'
import { archiveHandlers } from './archives.ts'
import { blobHandlers } from './blobs.ts'
import { careHandlers } from './care.ts'
import { clipHandlers } from './clips.ts'
import { consentHandlers } from './consent.ts'
import { datasetHandlers } from './datasets.ts'
import { describeHandlers } from './describe.ts'
import { editHandlers } from './edits.ts'
import { jobHandlers } from './jobs.ts'
import { journalHandlers } from './journals.ts'
import { learnHandlers } from './learn.ts'
import { peopleHandlers } from './people.ts'
import { queryHandlers } from './queries.ts'
import { quotaHandlers } from './quotas.ts'
import { sessionHandlers } from './sessions.ts'
import { statHandlers } from './stats.ts'
import { storeImageHandlers } from './store-image.ts'
import { trackHandlers } from './track.ts'
import { transferHandlers } from './transfers.ts'
import { uploadHandlers } from './uploads.ts'
import { webhookHandlers } from './webhooks.ts'

export const handlers: Handlers = {
  ...archiveHandlers,
  ...blobHandlers,
  ...careHandlers,
  ...clipHandlers,
  ...consentHandlers,
  ...datasetHandlers,
  ...describeHandlers,
  ...editHandlers,
  ...jobHandlers,
  ...journalHandlers,
  ...learnHandlers,
  ...peopleHandlers,
  ...queryHandlers,
  ...quotaHandlers,
  ...sessionHandlers,
  ...statHandlers,
  ...storeImageHandlers,
  ...trackHandlers,
  ...transferHandlers,
  ...uploadHandlers,
  ...webhookHandlers,
}
