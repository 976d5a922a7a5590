/** The lines of the ledger, gathered by whom they are about. */
import { type ConsentScope, consentScopes } from '#core/consent.ts'
import type { Entry } from './consent-api.ts'

export type About = 'project' | 'contributor' | 'session'

export interface Subject {
  readonly about: About
  /** '' for the project. */
  readonly name: string
  /** Newest first. */
  readonly entries: readonly Entry[]
  /** What the newest line that speaks of it says of each scope. */
  readonly today: readonly { readonly scope: ConsentScope; readonly decision: Entry['decision'] }[]
}

/** The project first, then contributors and single sessions by when they were last spoken of. */
export function subjectsOf(entries: readonly Entry[]): readonly Subject[] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = `${aboutOf(entry)} ${nameOf(entry)}`
    groups.set(key, [entry, ...(groups.get(key) ?? [])])
  }
  const subjects = [...groups.values()].flatMap((lines) => {
    const [newest] = lines
    if (!newest) return []
    return [{ about: aboutOf(newest), name: nameOf(newest), entries: lines, today: todayOf(lines) }]
  })
  return subjects.toSorted((a, b) => order(a) - order(b) || lastOf(b).localeCompare(lastOf(a)))
}

const aboutOf = ({ session, contributor }: Entry): About =>
  session !== null ? 'session' : contributor !== null ? 'contributor' : 'project'
const nameOf = ({ session, contributor }: Entry): string => session ?? contributor ?? ''
const order = ({ about }: Subject) => (about === 'project' ? 0 : 1)
const lastOf = ({ entries }: Subject): string => entries[0]?.at ?? ''

function todayOf(newestFirst: readonly Entry[]): Subject['today'] {
  return consentScopes.flatMap((scope) => {
    const line = newestFirst.find(({ scopes }) => scopes.includes(scope))
    return line ? [{ scope, decision: line.decision }] : []
  })
}
