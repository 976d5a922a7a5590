/**
 * Run as a program by processes.test.ts: chooses for sessions of one clip each, as runs side by side would.
 * node choose-until.ts DATA SERIES COUNT [open: with a journal, as a run that is recorded; the process then waits to be killed]
 */
import { openJournal } from '../journals.ts'
import { openEngine } from '../open.ts'
import { learnedPolicy } from './choose.ts'
import { choosing, contextOf, idOf, learner, openingOf } from './test-sessions.ts'

const [data = '', series = '', count = '', open] = process.argv.slice(2)
const engine = await openEngine({ dataDir: data, jobThreads: 0 })
for (let n = 0; n < Number(count); n++) {
  const session = idOf(Number(series), n)
  const clip = 100 * Number(series) + n
  if (open !== undefined) await openJournal(engine, openingOf(session, clip))
  const { decision } = await learnedPolicy(engine, learner, choosing, { session }).choose(contextOf(clip))
  process.stdout.write(`${decision.charge}\n`)
}
if (open === undefined) await engine.close()
else await new Promise(() => setInterval(() => undefined, 1000))
