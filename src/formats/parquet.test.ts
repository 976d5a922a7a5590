import { parquet } from './parquet.ts'
import { formatSuite } from './suite.ts'

formatSuite(parquet)
