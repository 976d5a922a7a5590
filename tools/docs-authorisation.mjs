// `npm run docs:authorisation`: writes docs/authorisation.md from the route table, on Node 24.
import { failWith, runOnNode24, setup } from './setup.mjs'

try {
  await runOnNode24(setup(), 'tools/write-authorisation-page.ts', [])
} catch (error) {
  failWith(error)
}
