/** Everything that runs in a care thread, in one list. */
import type { CareContext } from './care-context.ts'
import { snapshotCatalog } from './snapshot.ts'
import { verifyAll } from './verify-steps.ts'

export type { CareContext }

export const careTasks = { snapshotCatalog, verifyAll } as const

export type CareName = keyof typeof careTasks
export type CareArgs<Name extends CareName> = Parameters<(typeof careTasks)[Name]>[1]
export type CareResult<Name extends CareName> = Awaited<ReturnType<(typeof careTasks)[Name]>>
