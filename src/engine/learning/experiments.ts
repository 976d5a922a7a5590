/**
 * Experiments: any two policies against each other, one coin for each session.
 *
 * The coin is seeded with the session's id, so that it can be thrown again and falls the same; which policy it fell on, and with
 * which chance, is recorded with the session. Experiments are kept as a preference; what came of one is gathered from the
 * sessions (experiment-results.ts), so it is right also after sessions were erased or imported.
 */
import { fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { seededRng } from '#core/rng.ts'
import { abRules, assign } from '#learn/choice/ab-test.ts'
import { type Engine, utcNow } from '../engine.ts'

export interface Experiment {
  /** Unlike that of all others, also of those that ended: sessions name it. */
  readonly name: string
  /** Whose settings: the name of a learner, "camera/embedded". */
  readonly learner: string
  readonly first: string
  readonly second: string
  /** Of the first. */
  readonly chance: number
  /** Chance of naming a winner where there is none. */
  readonly delta: number
  /** UTC. */
  readonly startedAt: string
  /** null: it is running. */
  readonly stoppedAt: string | null
}

/** What is recorded with a session, as `settings.decision.experiment`. */
export interface Assignment {
  readonly experiment: string
  readonly arm: 'first' | 'second'
  readonly policy: string
  /** Of the first. */
  readonly chance: number
}

const preference = 'experiments'
const names = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Newest first. What another version wrote and this one cannot read is left out, and left alone. */
export async function listExperiments({ store }: Pick<Engine, 'store'>): Promise<readonly Experiment[]> {
  return itemsOf(await store.preference(preference))
    .filter(isExperiment)
    .toReversed()
}

const itemsOf = (kept: Json): readonly Json[] =>
  isJsonObject(kept) && Array.isArray(kept['items']) ? (kept['items'] as readonly Json[]) : []

function isExperiment(json: Json): json is JsonObject & Experiment {
  if (!isJsonObject(json)) return false
  const { name, learner, first, second, startedAt, stoppedAt, chance, delta } = json
  const areShares = [chance, delta].every((share) => typeof share === 'number' && share > 0 && share < 1)
  const areTexts = [name, learner, first, second, startedAt].every((text) => typeof text === 'string')
  return areShares && areTexts && (stoppedAt === null || typeof stoppedAt === 'string')
}

export interface ExperimentRequest {
  readonly name: string
  readonly learner: string
  readonly first: string
  readonly second: string
  /** Default one half. */
  readonly chance?: number
}

/**
 * @param policies those that may be compared, by learner
 * @throws experiment.invalid, experiment.exists, experiment.running
 */
export async function startExperiment(
  engine: Engine,
  request: ExperimentRequest,
  policies: ReadonlyMap<string, readonly string[]>,
): Promise<Experiment> {
  const { name, learner, first, second, chance = abRules.chance } = request
  const known = policies.get(learner)
  const refused = (expected: string, found: string, where: string) =>
    fault('experiment.invalid', { expected, found, where })
  if (known === undefined) throw refused([...policies.keys()].join(', '), `"${learner}"`, 'learner')
  for (const [where, policy] of Object.entries({ first, second })) {
    if (!known.includes(policy)) throw refused(known.join(', '), `"${policy}"`, where)
  }
  if (first === second) throw refused('two different policies', `"${first}" twice`, 'second')
  if (!names.test(name)) throw refused('small letters, digits, dots and dashes', `"${name}"`, 'name')
  if (!(chance >= 0.05 && chance <= 0.95)) throw refused('a chance from 0.05 to 0.95', String(chance), 'chance')
  const started = { name, learner, first, second, chance, delta: abRules.delta, startedAt: utcNow(), stoppedAt: null }
  await change(engine, (items) => {
    const all = items.filter(isExperiment)
    if (all.some((one) => one.name === name)) {
      throw fault('experiment.exists', { expected: 'a name that no experiment has had', found: `"${name}"` })
    }
    const running = all.find((one) => one.learner === learner && one.stoppedAt === null)
    if (running !== undefined) {
      throw fault('experiment.running', { expected: 'one experiment at a time', found: `"${running.name}" runs` })
    }
    return [...items, started]
  })
  return started
}

/** Stopped ones stay stopped. @throws experiment.unknown */
export async function stopExperiment(engine: Engine, name: string): Promise<Experiment> {
  await experimentByName(engine, name)
  const stoppedAt = utcNow()
  await change(engine, (items) =>
    items.map((item) =>
      isExperiment(item) && item.name === name && item.stoppedAt === null ? { ...item, stoppedAt } : item,
    ),
  )
  return await experimentByName(engine, name)
}

/** @throws experiment.unknown */
export async function experimentByName(engine: Pick<Engine, 'store'>, name: string): Promise<Experiment> {
  const all = await listExperiments(engine)
  const found = all.find((one) => one.name === name)
  if (found !== undefined) return found
  const expected = all.length === 0 ? 'an experiment that was started' : all.map((one) => one.name).join(', ')
  throw fault('experiment.unknown', { expected, found: `"${name}"` })
}

/** How often a change is worked out anew because somebody else was faster. */
const tries = 50

/** @param to asked again where another process changed the list meanwhile; what it throws, is thrown, and nothing is changed */
async function change({ store }: Engine, to: (items: readonly Json[]) => readonly Json[]): Promise<void> {
  for (let i = 0; i < tries; i++) {
    const before = await store.preference(preference)
    if (await store.swapPreference(preference, before, { items: to(itemsOf(before)) as Json })) return
  }
  throw new Error(`the list of experiments was changed by others ${tries} times in a row`)
}

/** Which policy chooses for a session; null where no experiment runs, and the usual one does. */
export async function assignedPolicy(
  engine: Pick<Engine, 'store'>,
  learner: string,
  session: string,
): Promise<Assignment | null> {
  const running = (await listExperiments(engine)).find((one) => one.learner === learner && one.stoppedAt === null)
  return running === undefined ? null : assignmentOf(running, session)
}

/** The coin of a session: always the same for the same session. */
export function assignmentOf(experiment: Experiment, session: string): Assignment {
  const { name, chance, delta, first, second } = experiment
  const arm = assign(seededRng(`experiment ${name} ${session}`), { chance, delta })
  return { experiment: name, arm, policy: arm === 'first' ? first : second, chance }
}

/** What was recorded of it, from `settings.decision`. */
export function assignmentIn(decision: JsonObject | null): Assignment | null {
  const kept = decision?.['experiment']
  if (kept === undefined || !isJsonObject(kept)) return null
  const { experiment, arm, policy, chance } = kept
  if (typeof experiment !== 'string' || typeof policy !== 'string' || (arm !== 'first' && arm !== 'second')) return null
  return typeof chance === 'number' && chance > 0 && chance < 1 ? { experiment, arm, policy, chance } : null
}
