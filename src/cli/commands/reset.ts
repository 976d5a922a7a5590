import { fault } from '#core/faults.ts'
import { resetData } from '#engine/reset.ts'
import type { Command } from '../command.ts'

export const reset: Command = {
  name: 'reset',
  about: 'start anew: the data directory is moved aside, or with --erase deleted',
  flags: [
    { flag: '--erase', about: 'delete it instead of moving it aside; cannot be undone' },
    { flag: '--yes', about: 'really do it' },
  ],
  more: 'Stop the server first: a running one goes on with the directory that was moved.',
  async run(_args, options, { terminal, dataDir }) {
    if (options['yes'] !== true)
      throw fault('usage', { expected: '--yes', found: 'no --yes', fix: 'add --yes to reset' })
    const done = await resetData(dataDir, { erase: options['erase'] === true })
    terminal.result(done, () => (done.movedTo === null ? `Deleted ${dataDir}` : `Moved ${dataDir} to ${done.movedTo}`))
  },
}
