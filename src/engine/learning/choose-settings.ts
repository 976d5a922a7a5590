/**
 * Settings for a run of another program: drawn, charged and logged as for a run of our own. The program records what came of
 * it under the id that it asked with, and the log of the choice as it was given.
 */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import type { Configuration } from '#core/learnable.ts'
import { domainByName } from '#domains/domains.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { checkContext } from '../prepare.ts'
import { learnedPolicy } from './choose.ts'
import { lessonsByName } from './learners.ts'
import { catchUp, missedSessions } from './learn.ts'

export interface SettingsQuestion {
  readonly learner: string
  /** Id of the session that the run becomes. */
  readonly session: string
  /** As the session will have it. */
  readonly context: JsonObject
}

/** As it goes into a session's `settings`, with `values` to be used. */
export interface GivenSettings {
  readonly values: Configuration
  readonly reason: string
  /** null: learning is switched off, and nothing was drawn. */
  readonly propensity: number | null
  readonly policy: { readonly name: string; readonly version: string }
  /** To be recorded as it is: it is sealed. null: nothing was drawn. */
  readonly decision: JsonObject | null
}

/** @throws learn.unknown, session.invalid, session.conflict where the session is recorded already, settings.invalid */
export async function chooseSettings(
  engine: Engine,
  { learner, session, context: sent }: SettingsQuestion,
  ctx: Pick<Context, 'warn' | 'signal'>,
): Promise<GivenSettings> {
  const { choosing, domain } = lessonsByName(learner)
  const context = checkContext(domainByName(domain), sent)
  if ((await engine.store.catalog.summary(session)) !== null) {
    throw fault('session.conflict', { expected: 'the id of a session that is not recorded yet', found: session })
  }
  if (!(await readPreferences(engine)).learnFromSessions) {
    const policy = { name: 'defaults', version: engine.version }
    const reason = 'the default, since learning is switched off'
    return { values: choosing.base(context), reason, propensity: null, policy, decision: null }
  }
  await catchUp(engine, ctx, { most: missedSessions, only: learner })
  const { settings, reason, propensity, policy, decision } = await learnedPolicy(engine, learner, choosing, {
    session,
  }).choose(context)
  return { values: settings, reason, propensity, policy, decision: decision as unknown as JsonObject }
}
