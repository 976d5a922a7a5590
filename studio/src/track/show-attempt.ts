import { changeParams } from '../route/location.ts'

/** The address says which attempt is shown. */
export const showAttempt = (session: string): void => changeParams({ session, job: null })

/** Or which job, when nothing was recorded. */
export const showJob = (job: string): void => changeParams({ session: null, job })
