import { createEmbeddedEngine } from './embedded.ts'
import { engineSuite } from './engine-suite.ts'

engineSuite('the embedded engine', async () => createEmbeddedEngine({ version: '0' }), { skip: false, followedPx: 0.5 })
