/** Turns what SQLite and the file system throw into faults that say how to mend them. */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { Fault, fault } from '#core/faults.ts'

interface SystemError {
  readonly code?: unknown
  readonly errcode?: unknown
  readonly message: string
}

/** The folder may not be written, or where it should be is a file. */
const noFolderCodes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'])

const isError = (error: unknown): error is SystemError => error instanceof Error

/** The fault behind an error of SQLite or the file system, or the error itself when it is our own bug. */
export function asFault(error: unknown, where: string): unknown {
  if (error instanceof Fault || !isError(error)) return error
  const found = error.message
  if (isFull(error)) return fault('store.full', { expected: 'free disk space', found, where, cause: error })
  if (noFolderCodes.has(error.code)) {
    return fault('store.permission', { expected: 'a folder that can be written', found, where, cause: error })
  }
  if (isOutOfHandles(error)) {
    return fault('store.handles', { expected: 'a file that can be opened', found, where, cause: error })
  }
  if (error.code === 'EIO') return diskFault(error, where)
  if (typeof error.errcode !== 'number') return error
  // The low byte is the primary result code; the rest narrows it down.
  switch (error.errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return fault('store.busy', { expected: 'the write lock within 10 s', found, where, cause: error })
    case 10: // SQLITE_IOERR
      return diskFault(error, where)
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return fault('store.corrupt', { expected: 'a sound SQLite file', found, where, cause: error })
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
      return fault('store.permission', { expected: 'a catalog that can be written', found, where, cause: error })
    default:
      return error
  }
}

const diskFault = (error: SystemError, where: string): Fault =>
  fault('store.disk', { expected: 'a disk that reads and writes', found: error.message, where, cause: error })

function isOutOfHandles({ code, errcode }: SystemError): boolean {
  if (code === 'EMFILE' || code === 'ENFILE') return true
  if (typeof errcode !== 'number' || (errcode & 0xff) !== 14) return false
  // SQLITE_CANTOPEN does not say why: whether nothing at all can be opened does.
  try {
    closeSync(openSync(devNull, 'r'))
    return false
  } catch {
    return true
  }
}

function isFull(error: SystemError): boolean {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return true
  if (typeof error.errcode !== 'number') return false
  // 13 = SQLITE_FULL; a write or a growth of the shared memory that fails is what a full disk looks like in WAL mode.
  const ioWrite = [778, 4874, 5386, 1034, 6410].includes(error.errcode) // WRITE, SHMSIZE, SHMMAP, FSYNC, BEGIN_ATOMIC
  return (error.errcode & 0xff) === 13 || ioWrite
}
