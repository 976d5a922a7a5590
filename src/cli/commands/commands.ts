/** The commands: the whole list, in the order the help shows them. */
import type { Command } from '../command.ts'
import { backup } from './backup.ts'
import { consentDeclare, consentList, consentWithdraw } from './consent.ts'
import { datasetCommit, datasetCreate, datasetDiff, datasetList, datasetShow } from './dataset.ts'
import { doctor } from './doctor.ts'
import { duplicates } from './duplicates.ts'
import { exportCommand } from './export.ts'
import { forget } from './forget.ts'
import { gc } from './gc.ts'
import { importCommand, importList, importUndo } from './import.ts'
import { reindex } from './reindex.ts'
import { reset } from './reset.ts'
import { restore } from './restore.ts'
import { sessions } from './sessions.ts'
import { start } from './start.ts'
import { stats } from './stats.ts'
import { track } from './track.ts'
import { verify } from './verify.ts'

export const commands: readonly Command[] = [
  start,
  doctor,
  sessions,
  stats,
  track,
  importCommand,
  importList,
  importUndo,
  exportCommand,
  datasetCreate,
  datasetCommit,
  datasetList,
  datasetShow,
  datasetDiff,
  duplicates,
  consentDeclare,
  consentWithdraw,
  consentList,
  forget,
  verify,
  backup,
  restore,
  reindex,
  gc,
  reset,
]
