import { makeContext } from '#engine/engine.ts'
import { type Command, withEngine } from '../command.ts'
import { size } from '../terminal.ts'

export const compact: Command = {
  name: 'compact',
  about: 'pack media and long records that become smaller by it, without changing a bit of what is read',
  flags: [{ flag: '--dry-run', about: 'only say what would be saved' }],
  more: 'Every packed file is read back before it takes the place of another. Pictures and films are packed by their own formats already; their pixels are never encoded anew, since sessions name their bytes.',
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const dryRun = options['dryRun'] === true
      const ctx = makeContext({ signal, progress: terminal.progress, warn: terminal.warn })
      const done = await engine.store.compact({ dryRun }, ctx)
      terminal.result({ ...done, dryRun }, () => [
        `${dryRun ? 'Would pack' : 'Packed'} ${done.packed} of ${done.blobs} blobs: ${size(done.bytesBefore)} become ${size(done.bytesAfter)}`,
        ...(done.already > 0 ? [`${done.already} were packed before`] : []),
        ...(done.changedMeanwhile > 0 ? [`${done.changedMeanwhile} changed meanwhile and stay as they are`] : []),
      ])
    }),
}
