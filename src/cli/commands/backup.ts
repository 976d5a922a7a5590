import { join } from 'node:path'
import { makeContext } from '#engine/engine.ts'
import { type Command, withEngine } from '../command.ts'
import { size } from '../terminal.ts'

export const backup: Command = {
  name: 'backup',
  about: 'make a consistent copy while the engine works on; blobs are shared between the backups of one folder',
  args: [{ name: '[folder]', about: 'where backups are kept (default: backups in the data directory)' }],
  run: ([folder], _options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
      const made = await engine.store.backup(folder ?? join(context.dataDir, 'backups'), ctx)
      terminal.result(
        made,
        () => `Backed up ${made.sessions} sessions and ${made.blobs} blobs (${size(made.bytes)}) to ${made.path}`,
      )
    }),
}
