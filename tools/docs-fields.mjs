// `npm run docs:fields`: writes docs/fields.md from the schemas and the words of their fields, on Node 24.
import { failWith, runOnNode24, setup } from './setup.mjs'

try {
  await runOnNode24(setup(), 'tools/write-fields-page.ts', [])
} catch (error) {
  failWith(error)
}
