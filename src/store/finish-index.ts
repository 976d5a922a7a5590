import type { Writer } from './writer.ts'

const factsAtOnce = 100

/** Puts the counts right after the index was built again; in small steps, so that nobody waits long for the write lock. */
export async function finishIndexing(writer: Writer): Promise<void> {
  for (let after: number | null = 0; after !== null; ) {
    after = await writer.call('recountFacts', { after, limit: factsAtOnce }, factsAtOnce)
  }
  await writer.call('finishIndex', null)
}
