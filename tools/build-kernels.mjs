// `npm run build:kernels`: compiles the tracking kernels and writes them as a module, on Node 24.
import { failWith, runOnNode24, setup } from './setup.mjs'

try {
  await runOnNode24(setup(), 'tools/write-kernels.ts', [])
} catch (error) {
  failWith(error)
}
