import { imagefolder } from './imagefolder.ts'
import { formatSuite } from './suite.ts'

formatSuite(imagefolder)
