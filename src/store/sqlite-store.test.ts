import { archivesSuite } from './archives-suite.ts'
import { blobsSuite } from './blobs-suite.ts'
import { catalogSuite } from './catalog-suite.ts'
import { clipsSuite } from './clips-suite.ts'
import { jobsSuite } from './jobs-suite.ts'
import { journalsSuite } from './journals-suite.ts'
import { samplesSuite } from './samples-suite.ts'
import { learnedSuite } from './learned-suite.ts'
import { schedulesSuite } from './schedules-suite.ts'
import { openFresh } from './suite-store.ts'

for (const suite of [
  archivesSuite,
  catalogSuite,
  blobsSuite,
  clipsSuite,
  jobsSuite,
  journalsSuite,
  learnedSuite,
  samplesSuite,
  schedulesSuite,
])
  suite('SQLite', openFresh())

for (const suite of [catalogSuite, clipsSuite, jobsSuite, learnedSuite, schedulesSuite])
  suite('SQLite, commits in the calling thread', openFresh({ writesInThread: false }))
