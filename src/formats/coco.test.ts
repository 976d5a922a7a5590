import { coco } from './coco.ts'
import { formatSuite } from './suite.ts'

formatSuite(coco)
