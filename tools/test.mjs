// `npm test [-- PART-OF-A-PATH …]`: sets up, then runs the tests on Node 24. The runner itself is tools/run-tests.ts.
import { buildStudio, failWith, runOnNode24, setup } from './setup.mjs'

try {
  const node = setup()
  buildStudio(node)
  await runOnNode24(node, 'tools/run-tests.ts', process.argv.slice(2))
} catch (error) {
  failWith(error)
}
