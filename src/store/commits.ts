/** Everything that the writer can do, in one list. */
import { abandonBackup, dropBackup, finishBackup, registerBackup } from './commit-backups.ts'
import {
  clearIndex,
  collectBlobs,
  deriveBatch,
  indexBatch,
  putSetting,
  quarantineRow,
  finishIndex,
  recountFacts,
  swapBlob,
  swapSetting,
} from './commit-care.ts'
import { deleteClip, putClip } from './commit-clips.ts'
import { clearLearned, commitLearned, passOver, registerLearner, setLearnedAside } from './commit-learned.ts'
import {
  abandonArchive,
  adoptArchive,
  archiveReached,
  finishArchive,
  moveBatch,
  registerArchive,
  sealArchive,
} from './commit-archives.ts'
import { beginVersion, bringBack, bringItems, endVersion } from './commit-restored.ts'
import { sweepTable } from './commit-sweep.ts'
import { truncateWal } from './truncate-wal.ts'
import { appendConsent } from './commit-consent.ts'
import {
  abandonVersion,
  createDataset,
  finishVersion,
  noteExport,
  stageItems,
  stageVersion,
} from './commit-datasets.ts'
import {
  addAccount,
  addKey,
  addSignIn,
  changeAccount,
  endSignIns,
  noteUpload,
  putAudit,
  revokeKey,
  setPassword,
  touchKey,
  touchSignIn,
} from './commit-people.ts'
import { deleteQuery, putDocument, putQuery } from './commit-documents.ts'
import { putEdits } from './commit-edits.ts'
import { bringBackBatch, putImport, setAsideBatch, withdrawBatch } from './commit-imports.ts'
import {
  buryHashes,
  buryIds,
  doomMore,
  dropDoomed,
  erasureScrubbed,
  erasureTold,
  eraseSessions,
  putReceipt,
} from './commit-erasure.ts'
import { addJob, beatJob, cancelJob, claimJob, finishJob, releaseJob } from './commit-jobs.ts'
import { invalidateBatch, putFingerprints, putSamples } from './commit-samples.ts'
import { putSchedule, scheduleOff, startDue, startTask } from './commit-schedules.ts'
import { putSessions } from './commit-sessions.ts'
import {
  addWebhook,
  claimDelivery,
  enableWebhook,
  gatherSessions,
  removeWebhook,
  settleDelivery,
  tellWebhook,
} from './commit-webhooks.ts'

export const commits = {
  putSessions,
  putEdits,
  putImport,
  setAsideBatch,
  bringBackBatch,
  withdrawBatch,
  putDocument,
  putQuery,
  deleteQuery,
  putSamples,
  invalidateBatch,
  putFingerprints,
  createDataset,
  stageVersion,
  stageItems,
  finishVersion,
  abandonVersion,
  noteExport,
  addJob,
  claimJob,
  beatJob,
  finishJob,
  releaseJob,
  cancelJob,
  putSchedule,
  scheduleOff,
  startDue,
  startTask,
  putClip,
  deleteClip,
  commitLearned,
  registerLearner,
  passOver,
  clearLearned,
  setLearnedAside,
  appendConsent,
  addAccount,
  changeAccount,
  setPassword,
  addSignIn,
  touchSignIn,
  endSignIns,
  addKey,
  revokeKey,
  touchKey,
  noteUpload,
  putAudit,
  registerArchive,
  abandonArchive,
  sealArchive,
  moveBatch,
  finishArchive,
  adoptArchive,
  archiveReached,
  bringBack,
  beginVersion,
  bringItems,
  endVersion,
  registerBackup,
  finishBackup,
  abandonBackup,
  dropBackup,
  putSetting,
  swapSetting,
  collectBlobs,
  swapBlob,
  quarantineRow,
  clearIndex,
  indexBatch,
  deriveBatch,
  recountFacts,
  finishIndex,
  eraseSessions,
  buryIds,
  buryHashes,
  doomMore,
  dropDoomed,
  sweepTable,
  erasureScrubbed,
  erasureTold,
  putReceipt,
  truncateWal,
  addWebhook,
  removeWebhook,
  enableWebhook,
  tellWebhook,
  gatherSessions,
  claimDelivery,
  settleDelivery,
} as const

/** Those that cannot run inside a transaction; each is a group of its own. */
export const outside: ReadonlySet<string> = new Set(['truncateWal'])

export type CommitName = keyof typeof commits
/** null for those that take nothing. */
export type CommitArgs<Name extends CommitName> =
  Parameters<(typeof commits)[Name]> extends [unknown, infer Args] ? Args : null
export type CommitResult<Name extends CommitName> = ReturnType<(typeof commits)[Name]>
