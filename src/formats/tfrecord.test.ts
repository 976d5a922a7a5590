import { formatSuite } from './suite.ts'
import { tfrecord } from './tfrecord.ts'

formatSuite(tfrecord)
