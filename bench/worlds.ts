/**
 * Plays the learner in made worlds, and prints what docs/measurements-learning.md shows.
 *
 *   node bench/worlds.ts worlds [--seeds 100] [--sessions 3000] [--only mixed,null]     regret, gain, proofs, credit
 *   node bench/worlds.ts speed                                                          time of a choice and an update
 *   node bench/worlds.ts judge [--repeats 200]                                          off-policy estimates against truth
 */
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import { anchoredRules, createAnchoredPolicy, type Decision, type Outcome } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { evaluate, type LoggedChoice, pooledModel } from '#learn/choice/ope.ts'
import { loadState } from '#learn/choice/state.ts'
import { driftAt, makeWorld, play, type Run, settings, worldLearnable, worldNames } from '#learn/choice/test-worlds.ts'
import { machine } from './machine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '100' },
    sessions: { type: 'string', default: '3000' },
    repeats: { type: 'string', default: '200' },
    only: { type: 'string', default: worldNames.join(',') },
  },
})

const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length)
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const line = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)
const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

function worlds(seeds: number, sessions: number): void {
  const marks = [250, 500, 1000, sessions]
  line(
    'world',
    `regret at ${marks.join('/')}`,
    'gain',
    '5th of 100',
    'deepest loss',
    'proven',
    'at',
    'spent',
    'late gain',
    'late harm',
  )
  line('---', '---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:')
  for (const name of worldNames.filter((one) => values.only.split(',').includes(one))) {
    const started = process.cpuUsage()
    const runs = Array.from({ length: seeds }, (_, seed) => play(name, { sessions, seed, marks }))
    const per = (of: (run: Run) => number) => mean(runs.map(of))
    const proven = runs.filter(({ provenAt }) => provenAt !== null)
    const gains = runs.map(({ gain, baseline }) => gain / baseline).toSorted((a, b) => a - b)
    line(
      name,
      marks.map((_, i) => per(({ regret }) => regret[i] ?? 0).toFixed(0)).join('/'),
      percent(per(({ gain }) => gain) / per(({ baseline }) => baseline)),
      percent(gains[Math.floor(0.05 * seeds)] ?? 0),
      `${per(({ deepest }) => deepest).toFixed(1)}, at most ${Math.max(...runs.map(({ deepest }) => deepest)).toFixed(1)}`,
      `${proven.length}/${seeds}`,
      proven.length > 0 ? mean(proven.map(({ provenAt }) => provenAt ?? 0)).toFixed(0) : '',
      per(({ policy }) => policy.state.credit.spent).toFixed(0),
      per(({ lateGain }) => lateGain).toFixed(3),
      percent(per(({ lateHarm }) => lateHarm)),
    )
    const overdrawn = runs.filter((run) => run.overdrawn).length
    const cost = (1000 * cpuMs(started)) / (seeds * sessions)
    console.log(`  ${name}: overdrawn in ${overdrawn} runs, ${cost.toFixed(0)} µs of processor time a session`)
    if (name === 'drift') tellDrift(runs, sessions)
  }
  console.log(`credit ends at ${creditLimit(sessions, anchoredRules.credit)}`)
}

function tellDrift(runs: readonly Run[], sessions: number): void {
  const turn = driftAt(sessions)
  const proven = runs.filter(({ provenAt }) => provenAt !== null && provenAt < turn)
  const left = proven.filter(({ armedAgainAt }) => armedAgainAt !== null && armedAgainAt >= turn)
  const early = proven.filter(({ armedAgainAt }) => armedAgainAt !== null && armedAgainAt < turn)
  const delays = left.map(({ armedAgainAt }) => (armedAgainAt ?? 0) - turn).toSorted((a, b) => a - b)
  const harm = (some: readonly Run[]) => percent(mean(some.map(({ lateHarm }) => lateHarm)))
  console.log(
    `  of ${proven.length} proven before session ${turn}, ${left.length} armed again after it, ${early.length} before`,
  )
  console.log(
    `  median delay ${delays[Math.floor(delays.length / 2)]}, at most ${delays.at(-1)} sessions; late harm ${harm(left)}`,
  )
}

/** A learner of a hundred thousand sessions of as many clips. */
function speed(): void {
  const world = makeWorld('mixed', 1, 1)
  const learnable = {
    ...worldLearnable(world),
    levels: (clip: number) => [`clip ${clip}`, ...world.levels(clip % world.contexts)],
    clip: (clip: number) => `clip ${clip}`,
  }
  const policy = createAnchoredPolicy(learnable)
  const rng = seededRng('speed')
  const outcome = (session: string, decision: Decision): Outcome => ({
    ...decision,
    session,
    decision,
    value: rng.next(),
    source: { type: 'own' },
    firstTry: true,
    kept: true,
    raced: false,
  })
  const blocks = [1000, 10_000, 100_000]
  for (let i = 0; i < 100_000; i++) {
    const isLooked = blocks.some((block) => i >= block - 500 && i < block)
    if (!isLooked) {
      const setting = rng.int(settings)
      const key = setting === 0 ? 'default' : `s${setting}`
      const levels = learnable.levels(i)
      const given = { session: `${i}`, levels, clip: `clip ${i}`, key, settings: { setting }, value: rng.next() }
      policy.update({ ...given, decision: null, source: { type: 'own' }, firstTry: true, kept: true, raced: false })
      continue
    }
    const { decision } = policy.choose(i, { rng })
    policy.begin(`${i}`, decision)
    policy.update(outcome(`${i}`, decision))
    if (blocks.includes(i + 1)) timed(i + 1)
  }
  function timed(sessions: number): void {
    const decisions: Decision[] = []
    let since = process.cpuUsage()
    for (let i = 0; i < 500; i++) decisions.push(policy.choose(1e6 + sessions + i, { rng }).decision)
    const choosing = cpuMs(since) / 500
    since = process.cpuUsage()
    for (const [i, decision] of decisions.entries()) policy.update(outcome(`t${sessions}-${i}`, decision))
    console.log(
      `${sessions} sessions: a choice ${choosing.toFixed(3)} ms, an update ${(cpuMs(since) / 500).toFixed(4)} ms`,
    )
  }
  let since = process.cpuUsage()
  const text = JSON.stringify(policy.save())
  console.log(`saved: ${(text.length / 1e6).toFixed(1)} MB in ${cpuMs(since).toFixed(0)} ms`)
  since = process.cpuUsage()
  console.log(`loaded: ${loadState('world', JSON.parse(text)).ok} in ${cpuMs(since).toFixed(0)} ms`)
}

/** Logs of 80 % default and 20 % uniform tries; the policy that is judged takes nearly the best of each context. */
function judge(repeats: number): void {
  line('sessions', 'estimate', 'bias', 'RMSE', 'interval holds the truth')
  line('---:', '---', '---:', '---:', '---:')
  for (const sessions of [200, 1000, 5000]) {
    const found = { snips: [] as number[][], doublyRobust: [] as number[][], direct: [] as number[][] }
    for (let seed = 0; seed < repeats; seed++) {
      const { log, truth } = logOf(seed, sessions)
      const result = evaluate(log, pooledModel, seededRng(seed), { repeats: 100 })
      for (const name of ['snips', 'doublyRobust', 'direct'] as const) {
        const one = result[name]
        if (one) found[name].push([one.value - truth, one.low <= truth && truth <= one.high ? 1 : 0])
      }
    }
    for (const [name, all] of Object.entries(found)) {
      const errors = all.map(([error]) => error ?? 0)
      const rmse = Math.sqrt(mean(errors.map((error) => error ** 2)))
      line(sessions, name, mean(errors).toFixed(3), rmse.toFixed(3), percent(mean(all.map(([, held]) => held ?? 0))))
    }
  }
}

function logOf(seed: number, sessions: number): { readonly log: LoggedChoice[]; readonly truth: number } {
  const world = makeWorld('mixed', seed, 1)
  const rng = seededRng(`judge ${seed}`)
  const choices = Array.from({ length: world.contexts }, (_, context) => {
    const seen = Array.from({ length: settings }, (__, setting) => world.chance(context, setting, 0) + 0.3 * rng.next())
    return seen.indexOf(Math.max(...seen))
  })
  const keyOf = (setting: number) => (setting === 0 ? 'default' : `s${setting}`)
  const truth = mean(choices.map((setting, context) => world.chance(context, setting, 0)))
  const log = Array.from({ length: sessions }, (_, i) => {
    const context = rng.int(world.contexts)
    const setting = rng.next() < 0.2 ? rng.int(settings) : 0
    return {
      group: `clip ${i}`,
      levels: world.levels(context),
      key: keyOf(setting),
      value: rng.next() < world.chance(context, setting, 0) ? 1 : 0,
      propensity: setting === 0 ? 0.8 + 0.2 / settings : 0.2 / settings,
      target: new Map([[keyOf(choices[context] ?? 0), 1]]),
      raced: false,
      firstTry: true,
    }
  })
  return { log, truth }
}

switch (positionals[0]) {
  case 'worlds':
    worlds(Number(values.seeds), Number(values.sessions))
    break
  case 'speed':
    speed()
    break
  case 'judge':
    judge(Number(values.repeats))
    break
  default:
    console.error('worlds | speed | judge')
    process.exitCode = 2
}
console.log(machine())
