/** The one client of the page. Who asks is said by a cookie: pictures need it too. */
import { createClient } from '#client/client.ts'
import { fetchSigned } from './sign-in.ts'

export const api = createClient({ base: window.location.origin, fetch: fetchSigned })
