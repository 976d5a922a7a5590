/**
 * Consent. A session carries what was agreed to when it was recorded; the ledger carries every later grant and
 * withdrawal, and decides at each export.
 */

/** `collect`: may be kept. `train`: may go into datasets. `share`: may leave to others, with the pseudonym. */
export const consentScopes = ['collect', 'train', 'share'] as const
export type ConsentScope = (typeof consentScopes)[number]

/**
 * How the agreement came about. `explicit`: the person agreed to this sample or run. `declared`: the owner of the
 * project declared a basis for all of it. `imported`: a foreign data set came with its owner's declaration.
 */
export const consentBases = ['explicit', 'declared', 'imported'] as const
export type ConsentBasis = (typeof consentBases)[number]

export interface ConsentStatement {
  readonly basis: ConsentBasis
  readonly scopes: readonly ConsentScope[]
  /** SHA-256 of the text that was agreed to; null when there was none or it is not known. */
  readonly textSha256: string | null
  /** UTC; null when not known. */
  readonly givenAt: string | null
}

/** One line of the ledger; lines are appended, never changed. */
export interface ConsentEntry {
  readonly id: string
  readonly at: string
  /** Who wrote the line. */
  readonly principal: string
  readonly project: string
  /** What it is about: a contributor, one session, or (both null) the whole project. */
  readonly contributor: string | null
  readonly session: string | null
  readonly decision: 'granted' | 'withdrawn'
  readonly scopes: readonly ConsentScope[]
  /** The words that were agreed to, or the reason of the withdrawal. */
  readonly text: string | null
}

export interface ConsentSubject {
  readonly id: string
  readonly contributor: string | null
  readonly consent: ConsentStatement | null
}

export type ConsentDecision = { readonly allowed: true } | { readonly allowed: false; readonly because: string }

/**
 * Whether a session may be used for `scope` today. A line of the ledger about the session decides, else one about its
 * contributor, the latest among equals. Then a withdrawal for the whole project; then the statement in the session,
 * which a grant for the whole project does not widen; then that grant. A session without a contributor and without a
 * statement is the owner's own and may be used for training, but not shared.
 *
 * @param entries lines of the same project, in the order they were appended
 */
export function decideConsent(
  subject: ConsentSubject,
  entries: readonly ConsentEntry[],
  scope: ConsentScope,
): ConsentDecision {
  const line =
    latest(entries, scope, (e) => e.session === subject.id) ??
    latest(entries, scope, (e) => e.session === null && e.contributor !== null && e.contributor === subject.contributor)
  if (line) return fromLine(line)
  const declared = latest(entries, scope, (e) => e.session === null && e.contributor === null)
  if (declared?.decision === 'withdrawn') return fromLine(declared)
  if (subject.consent) {
    if (subject.consent.scopes.includes(scope)) return { allowed: true }
    return { allowed: false, because: `consent at record time does not cover "${scope}"` }
  }
  if (declared) return fromLine(declared)
  if (subject.contributor === null && scope !== 'share') return { allowed: true }
  return { allowed: false, because: `nobody has agreed to "${scope}"` }
}

/**
 * The line of the ledger by which `scope` is withdrawn from a session today; null when none is. A run that nobody agreed to is not
 * withdrawn: it may be its owner's own.
 *
 * @param entries lines of the same project, in the order they were appended
 */
export function withdrawal(
  subject: Pick<ConsentSubject, 'id' | 'contributor'>,
  entries: readonly ConsentEntry[],
  scope: ConsentScope,
): ConsentEntry | null {
  const line =
    latest(entries, scope, (e) => e.session === subject.id) ??
    latest(
      entries,
      scope,
      (e) => e.session === null && e.contributor !== null && e.contributor === subject.contributor,
    ) ??
    latest(entries, scope, (e) => e.session === null && e.contributor === null)
  return line?.decision === 'withdrawn' ? line : null
}

function latest(entries: readonly ConsentEntry[], scope: ConsentScope, fits: (entry: ConsentEntry) => boolean) {
  return entries.findLast((entry) => entry.scopes.includes(scope) && fits(entry))
}

function fromLine(line: ConsentEntry): ConsentDecision {
  return line.decision === 'granted' ? { allowed: true } : { allowed: false, because: `withdrawn on ${line.at}` }
}
