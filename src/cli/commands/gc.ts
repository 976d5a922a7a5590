import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { collectGarbage } from '#engine/gc.ts'
import { type Command, text, withEngine } from '../command.ts'
import { size } from '../terminal.ts'

export const gc: Command = {
  name: 'gc',
  about: 'delete blobs that nothing refers to, and old downloads and uploads',
  flags: [
    { flag: '--dry-run', about: 'only say what would be deleted' },
    { flag: '--grace <hours>', about: 'keep blobs younger than this', default: 24 },
  ],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const hours = Number(text(options['grace']) ?? 24)
      if (!(hours >= 0))
        throw fault('usage', { expected: 'hours from 0', found: String(options['grace']), where: '--grace' })
      const { terminal, signal } = context
      const dryRun = options['dryRun'] === true
      const ctx = makeContext({ signal, progress: terminal.progress })
      const done = await collectGarbage(engine, { graceMs: hours * 3_600_000, dryRun }, ctx)
      terminal.result(
        { ...done, dryRun },
        () =>
          `${dryRun ? 'Would delete' : 'Deleted'} ${done.blobs} blobs and ${done.files} files of downloads and uploads, ${size(done.bytes)}`,
      )
    }),
}
