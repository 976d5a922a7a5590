import { jsonl } from './jsonl.ts'
import { formatSuite } from './suite.ts'

formatSuite(jsonl)
