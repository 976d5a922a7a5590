import { changeParams } from '../route/location.ts'

/** The address says which attempt is shown. */
export const showAttempt = (session: string): void => changeParams({ session, job: null })
