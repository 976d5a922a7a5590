// Writes src/vision/wasm/module-bytes.ts from the sources of the kernels.
import { writeFileSync } from 'node:fs'
import { compileKernels, modulePath } from './compile-kernels.ts'

writeFileSync(modulePath, await compileKernels())
