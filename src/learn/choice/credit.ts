/**
 * The hard bound on what learning may cost: an unproven run that is not the default is begun only while
 * spent + 1 <= start + rate * sessions.
 *
 * A session's outcome lies between 0 and 1, so the loss against the default by session t is at most what was spent, and
 * that is at most start + rate * t, whatever the settings do and whatever was believed of them (conservative bandits; Wu,
 * Shariff, Lattimore and Szepesvári, 2016). Credit is spent when a run begins, so runs side by side cannot overdraw it.
 */
export interface CreditRules {
  /** What may be spent before anything is known. */
  readonly start: number
  /** What each session adds. */
  readonly rate: number
}

export const creditRules: CreditRules = { start: 10, rate: 0.2 }

export interface Credit {
  /** First tries that were begun. */
  readonly sessions: number
  readonly spent: number
}

export const noCredit: Credit = { sessions: 0, spent: 0 }

export const creditLimit = (sessions: number, { start, rate }: CreditRules): number => start + rate * sessions

/** Whether the session that would be begun next may cost a whole success. */
export const canSpend = ({ sessions, spent }: Credit, rules: CreditRules): boolean =>
  spent + 1 <= creditLimit(sessions + 1, rules)

/** Begins a session. */
export const spend = ({ sessions, spent }: Credit, charge: 0 | 1): Credit => ({
  sessions: sessions + 1,
  spent: spent + charge,
})

/** Gives back what a session turned out not to have cost. */
export const refund = (credit: Credit, amount: number): Credit => ({ ...credit, spent: credit.spent - amount })
