// `npm run build:package`: emits lib/ and builds the studio, which is what `npm pack` ships beside what is plain already.
// npm runs it by itself before it packs.
import { buildStudio, failWith, runOnNode24, setup } from './setup.mjs'

try {
  const node = setup()
  buildStudio(node)
  await runOnNode24(node, 'tools/write-package.ts', process.argv.slice(2))
} catch (error) {
  failWith(error)
}
