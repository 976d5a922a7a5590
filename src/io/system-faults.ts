/** What the operating system says, in the words of the catalogue. */
import { brief, fault, Fault } from '#core/faults.ts'

/** A fault for the errors that a user can mend; anything else stays as it is. */
export function systemFault(error: unknown, path: string): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error
  const found = error.code === 'ENOENT' ? 'nothing there' : String(error.code)
  const detail = { found, where: brief(path), cause: error }
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    // No file can have such a name: too long, a circle of links, a zero byte.
    case 'ENAMETOOLONG':
    case 'ELOOP':
    case 'ERR_INVALID_ARG_VALUE':
      return fault('file.missing', { ...detail, expected: 'an existing file or folder' })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fault('file.permission', { ...detail, expected: 'a path that this user may use' })
    case 'ENOSPC':
    case 'EDQUOT':
      return fault('store.full', { ...detail, expected: 'enough room on the disk' })
    default:
      return error
  }
}
