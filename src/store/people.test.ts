import { peopleSuite } from './people-suite.ts'
import { openFresh } from './suite-store.ts'

peopleSuite('SQLite', openFresh())
peopleSuite('SQLite, commits in the calling thread', openFresh({ writesInThread: false }))
