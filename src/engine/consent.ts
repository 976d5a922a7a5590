/** What people agreed to, and who may go into what. */
import { type ConsentEntry, type ConsentScope, type ConsentSubject, decideConsent } from '#core/consent.ts'
import type { Principal } from '#core/principal.ts'
import { type Engine, newId, utcNow } from './engine.ts'

export type SentConsent = Omit<ConsentEntry, 'id' | 'at' | 'principal'>

export async function appendConsent(engine: Engine, sent: SentConsent, principal: Principal): Promise<ConsentEntry> {
  const entry: ConsentEntry = { id: newId(), at: utcNow(), principal: principal.name, ...sent }
  await engine.store.consent.append(entry)
  return entry
}

/** Decides for many sessions of one project with one reading of the ledger. */
export async function consentGate(engine: Engine, project: string, scope: ConsentScope) {
  const entries = await engine.store.consent.entries(project)
  return (subject: ConsentSubject) => decideConsent(subject, entries, scope)
}

/** Whether the owner declared a basis for keeping everything in this project. */
export async function declaredBasis(engine: Engine, project: string): Promise<ConsentEntry | null> {
  const entries = await engine.store.consent.entries(project)
  const latest = entries.findLast(
    (entry) => entry.session === null && entry.contributor === null && entry.scopes.includes('collect'),
  )
  return latest?.decision === 'granted' ? latest : null
}
