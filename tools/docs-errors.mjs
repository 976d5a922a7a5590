// `npm run docs:errors`: writes docs/errors.md from src/core/fault-codes.ts, on Node 24.
import { failWith, runOnNode24, setup } from './setup.mjs'

try {
  await runOnNode24(setup(), 'tools/write-errors-page.ts', [])
} catch (error) {
  failWith(error)
}
