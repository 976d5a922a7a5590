/** The trained models that a run is to hear. Most runs hear none, so what models stand on is loaded only where there are any. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import type { Advice } from '#domains/camera/pipeline/advice.ts'
import { learnedPolicyName } from '#domains/camera/policies/policies.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import type { Propose } from './propose-settings.ts'

export interface HeardModels {
  readonly advice: Advice | null
  readonly propose: Propose | null
}

const none: HeardModels = { advice: null, propose: null }

/**
 * None where a person named a rule, which alone is to act, or where learning is switched off. What is wrong with models is
 * warned of, and the run goes on without.
 *
 * @param run.clip seeds the coin that holds models back: a run that is gone on with hears what it heard before
 */
export async function hearModels(
  engine: Pick<Engine, 'store' | 'dataDir'>,
  run: { readonly clip: string; readonly policy: string | null },
  ctx: Pick<Context, 'warn'>,
): Promise<HeardModels> {
  if (run.policy !== null && run.policy !== learnedPolicyName) return none
  try {
    const { dataDir } = engine
    const isThere = await access(join(dataDir, 'models', 'registry.json')).then(
      () => true,
      () => false,
    )
    if (!isThere || !(await readPreferences(engine)).learnFromSessions) return none
    const [{ readAdvice }, { settingsProposer }] = await Promise.all([
      import('./advice.ts'),
      import('./propose-settings.ts'),
    ])
    return { advice: await readAdvice(dataDir, run.clip, ctx), propose: await settingsProposer(dataDir, ctx) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    ctx.warn({ code: 'learn.failed', message: `trained models are not heard: ${why}`, where: null })
    return none
  }
}
