/** The one client of the page. Where the engine asks for a token, a cookie carries it: pictures need it too. */
import { createClient } from '#client/client.ts'

export const api = createClient({ base: window.location.origin })
