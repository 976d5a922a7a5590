import { makeContext } from '#engine/engine.ts'
import type { Command } from '../command.ts'

export const restore: Command = {
  name: 'restore',
  about: 'make a data directory from a backup, after checking all of it',
  args: [{ name: '<backup>', about: 'folder of one backup' }],
  more: 'The data directory (--data) must not hold data yet. What was erased after the backup is erased again.',
  async run([from = ''], _options, { terminal, signal, dataDir }) {
    const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
    const { restoreBackup } = await import('#engine/restore.ts')
    const restored = await restoreBackup(from, dataDir, ctx)
    terminal.result(restored, () => `Restored ${restored.sessions} sessions to ${dataDir}`)
  },
}
