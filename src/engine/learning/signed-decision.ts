/**
 * Choices under the seal of the engine that made them. Sessions may be sent by anybody who may record, and what a session says of
 * its choice (the coin, the chance, the charge) decides what learning is believed to be worth: so it counts only where this
 * store sealed it, for this very session, with its own secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson, type JsonObject } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import type { Store } from '#core/store.ts'

type Sealing = Pick<Store, 'secret'>

/** What a learner logs of a choice, beside the choice. */
interface Loggable {
  readonly propensity: number | null
  readonly decision?: object
}

/** The same choice, its log sealed for one session: the chance is in the log, since a recorder may have to leave it out. */
export function sealed<C extends Loggable>(store: Sealing, learner: string, session: string, choice: C): C {
  if (choice.decision === undefined) return choice
  const { propensity } = choice
  const { signature: _, ...said } = JSON.parse(JSON.stringify({ ...choice.decision, propensity })) as JsonObject
  return { ...choice, decision: { ...said, signature: signatureOf(store, learner, session, said) } }
}

function signatureOf({ secret }: Sealing, learner: string, session: string, said: JsonObject): string {
  const text = canonicalJson({ learner, session, said }, 'a choice')
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(`choice\n${text}`).digest('hex')
}

/** What of a session's choice is believed. */
export interface Believed {
  readonly decision: JsonObject | null
  readonly propensity: number | null
  /** It says something that this store did not seal, or that was changed since. */
  readonly isUnsigned: boolean
}

/** What a session says of its choice, as far as this store sealed it. */
export function believed(store: Sealing, learner: string, { id, settings }: AnySession): Believed {
  const { decision = null, propensity } = settings
  // A rule's choice has no log. It is certain, which weighs less than any other chance: there is nothing to gain by that lie.
  if (decision === null) {
    const isRule = propensity === null || propensity === 1
    return { decision: null, propensity: isRule ? propensity : null, isUnsigned: !isRule }
  }
  const { signature, ...said } = decision
  const isOurs = typeof signature === 'string' && isSame(signature, signatureOf(store, learner, id, said))
  // Where a person set some of the settings the chance is left out, and that is no lie.
  const isWhole = isOurs && (propensity === null || propensity === said['propensity'])
  return isWhole ? { decision, propensity, isUnsigned: false } : { decision: null, propensity: null, isUnsigned: true }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
