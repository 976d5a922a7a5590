// Writes docs/errors.md from the catalogue of faults.
import { writeFileSync } from 'node:fs'
import { errorsPage } from './errors-page.ts'

writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage())
