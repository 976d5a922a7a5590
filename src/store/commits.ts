/** Everything that the writer thread can do, in one list. */
import { appendConsent } from './commit-consent.ts'
import {
  abandonVersion,
  createDataset,
  finishVersion,
  noteExport,
  stageItems,
  stageVersion,
} from './commit-datasets.ts'
import { deleteQuery, putDocument, putQuery } from './commit-documents.ts'
import { putEdits } from './commit-edits.ts'
import { bringBackBatch, putImport, setAsideBatch, withdrawBatch } from './commit-imports.ts'
import { addJob, beatJob, cancelJob, claimJob, finishJob } from './commit-jobs.ts'
import { invalidateBatch, putFingerprints, putSamples } from './commit-samples.ts'
import { putSessions } from './commit-sessions.ts'

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
  cancelJob,
  appendConsent,
} as const

export type CommitName = keyof typeof commits
export type CommitArgs<Name extends CommitName> = Parameters<(typeof commits)[Name]>[1]
export type CommitResult<Name extends CommitName> = ReturnType<(typeof commits)[Name]>
