import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compileKernels, modulePath } from './compile-kernels.ts'

test('the committed kernels are what their sources compile to, byte for byte', async () => {
  const compiled = await compileKernels()
  assert.ok(compiled === readFileSync(modulePath, 'utf8'), 'run "npm run build:kernels" and commit what it writes')
})
