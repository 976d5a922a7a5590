/** The rules that every sink keeps: good names, no name twice, one member at a time, and nothing after the end. */
import { fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import type { Content } from './content.ts'
import { checkName, NameSet } from './names.ts'

/** What a kind of sink does itself. */
export interface SinkWorker {
  write(name: string, content: Content): Promise<void>
  publish(): Promise<void>
  discard(): Promise<void>
}

/**
 * Writes that are asked for at once run one after the other, in the order asked. After a write that failed only
 * {@link Sink.abort} is left: half a dataset is never published.
 */
export function sinkOf(where: string, worker: SinkWorker): Sink {
  const names = new NameSet(where)
  let last: Promise<void> = Promise.resolve()
  let state: 'open' | 'failed' | 'ended' = 'open'
  const mustBeOpen = () => {
    if (state === 'open') return
    throw new Error(`the sink for ${where} was used after it ${state === 'failed' ? 'failed' : 'was closed'}`)
  }
  const writeOne = async (name: string, content: Content) => {
    mustBeOpen()
    try {
      await worker.write(name, content)
    } catch (error) {
      state = 'failed'
      throw error
    }
  }
  return {
    write(raw, content) {
      mustBeOpen()
      const name = checkName(raw, where)
      if (name !== raw) {
        throw fault('archive.path', { expected: 'a name in Unicode form NFC', found: JSON.stringify(raw), where })
      }
      names.addFile(name)
      const done = last.then(() => writeOne(name, content))
      last = done.catch(() => {})
      return done
    },
    async close() {
      await last
      mustBeOpen()
      state = 'ended'
      await worker.publish()
    },
    async abort() {
      await last
      if (state === 'ended') return
      state = 'ended'
      await worker.discard()
    },
  }
}
