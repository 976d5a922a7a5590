import { createReferenceKernel } from './kernel-reference.ts'
import { testKernel } from './kernel-suite.ts'

testKernel(() => Promise.resolve(createReferenceKernel()))
