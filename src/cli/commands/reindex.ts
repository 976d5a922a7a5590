import { reindexStore } from '#engine/reindex.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, withEngine } from '../command.ts'

export const reindex: Command = {
  name: 'reindex',
  about: 'throw away everything derived (facets, full text, samples, counts) and derive it again',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const done = await reindexStore(engine, makeContext({ signal, progress: terminal.progress, warn: terminal.warn }))
      terminal.result(done, () => `Indexed ${done.sessions} sessions`)
    }),
}
