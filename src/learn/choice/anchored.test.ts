import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey, type Learnable } from '#core/learnable.ts'
import fc from 'fast-check'
import { type Rng, seededRng } from '#core/rng.ts'
import { isLegal, type SettingsSpace } from '#core/settings-space.ts'
import { anchoredRules, createAnchoredPolicy, type Decision, type Outcome } from './anchored.ts'
import { creditLimit } from './credit.ts'
import { freshState, loadState } from './state.ts'

interface Shot {
  readonly clip: string | null
  readonly kind: string
}

const space: SettingsSpace = {
  search: { type: 'number', min: 25, max: 151, step: 10, scale: 'linear', odd: true, unit: 'px' },
  model: { type: 'choice', choices: ['Loc', 'Affine'] },
}
const learnable: Learnable<Shot, { readonly search: number; readonly model: string }> = {
  name: 'shots',
  about: 'a made domain',
  levels: ({ clip, kind }) => [...(clip === null ? [] : [`clip ${clip}`]), kind, 'all'],
  clip: ({ clip }) => clip,
  space: () => space,
  base: () => ({ search: 71, model: 'Loc' }),
  candidates: () => [
    { key: 'wide', settings: { search: 121, model: 'Loc' } },
    { key: 'beyond', settings: { search: 999, model: 'Affine' } },
    { key: 'same as the default', settings: { search: 71, model: 'Loc' } },
    { key: 'nonsense', settings: { search: 71, model: 'Perspective' } },
  ],
  settings: ({ search, model }) => ({ search: Number(search), model: String(model) }),
}
const hd: Shot = { clip: null, kind: 'HD' }
const drawOf = (value: number): Rng => ({ next: () => value, int: () => 0 })

const outcome = (session: string, key: string, value: number, more: Partial<Outcome> = {}): Outcome => ({
  session,
  decision: null,
  levels: learnable.levels(hd),
  clip: null,
  key,
  settings: key === 'wide' ? { search: 121, model: 'Loc' } : { search: 71, model: 'Loc' },
  value,
  source: { type: 'own' },
  firstTry: true,
  kept: true,
  raced: false,
  ...more,
})
const fromDecision = (session: string, decision: Decision, value: number, more: Partial<Outcome> = {}): Outcome => ({
  ...outcome(session, decision.key, value),
  decision,
  levels: decision.levels,
  clip: decision.clip,
  settings: decision.settings,
  ...more,
})

/** One that has seen the default do badly and the wide window do well. */
function taught() {
  const policy = createAnchoredPolicy(learnable)
  for (let i = 0; i < 20; i++) {
    policy.update(outcome(`d${i}`, defaultKey, 0.3))
    policy.update(outcome(`w${i}`, 'wide', 0.9))
  }
  return policy
}

test('with nothing learned the default is used, or something is tried, with the chances that are logged', () => {
  const policy = createAnchoredPolicy(learnable)
  const choice = policy.choose(hd, { rng: drawOf(0.999) })
  assert.deepEqual(choice.settings, { search: 71, model: 'Loc' })
  assert.equal(choice.decision.role, 'default')
  assert.ok(Math.abs((choice.propensity ?? 0) - 0.9) < 1e-12)
  const probe = policy.choose(hd, { rng: drawOf(0) })
  assert.equal(probe.decision.role, 'probe')
  assert.ok(Math.abs((probe.propensity ?? 0) - 0.05) < 1e-12)
})

test('what was learned changes the next choice, which says why', () => {
  const choice = taught().choose(hd, { rng: drawOf(0.3) })
  assert.equal(choice.decision.role, 'wanted')
  assert.equal(choice.settings.search, 121)
  assert.match(
    choice.reason,
    /^wide: 0\.\d\d \(0\.\d\d to 0\.\d\d\) in 20 sessions like this, the default 0\.3\d .*9\d %$/,
  )
  assert.equal(taught().outlook(hd).recommended.key, 'wide')
})

test('every use has a control', () => {
  const { arms } = taught().outlook(hd)
  const chance = (role: string) => arms.filter((arm) => arm.role === role).reduce((sum, arm) => sum + arm.chance, 0)
  assert.ok(chance('control') > 0.4 && Math.abs(chance('control') - chance('wanted')) < 1e-12)
  assert.ok(Math.abs(arms.reduce((sum, arm) => sum + arm.chance, 0) - 1) < 1e-12)
})

test('nothing illegal is ever chosen, and what equals the default is not a candidate', () => {
  const policy = createAnchoredPolicy(learnable)
  const rng = seededRng('legal')
  const seen = new Set<string>()
  for (let i = 0; i < 500; i++) {
    const { settings, decision } = policy.choose(hd, { rng })
    seen.add(decision.key)
    assert.ok(isLegal(space['search']!, settings.search) && isLegal(space['model']!, settings.model))
    assert.ok(Object.isFrozen(settings))
  }
  assert.deepEqual([...seen].toSorted(), ['beyond', defaultKey, 'wide'])
})

test('what a person used often and well is wanted too, though no list has it; names without settings are not', () => {
  const named: typeof learnable = {
    ...learnable,
    named: (key) =>
      key.startsWith('search=') ? { key, settings: { search: Number(key.slice(7)), model: 'Loc' } } : null,
  }
  const policy = createAnchoredPolicy(named)
  const teach = (key: string, sessions: number, value: number) => {
    for (let i = 0; i < sessions; i++) policy.update(outcome(`${key} ${i}`, key, value, { source: { type: 'person' } }))
  }
  teach('search=91', 2, 0.9)
  teach(defaultKey, 6, 0.3)
  assert.ok(!policy.outlook(hd).arms.some(({ candidate }) => candidate.key === 'search=91'))
  teach('search=91', 6, 0.9)
  teach('once upon a time', 6, 0.9)
  const { recommended, arms } = policy.outlook(hd)
  assert.deepEqual(recommended, { key: 'search=91', settings: { search: 91, model: 'Loc' } })
  assert.ok(!arms.some(({ candidate }) => candidate.key === 'once upon a time'))
  for (let i = 0; i < 100; i++) teach(`search=${25 + 2 * (i % 60)}`, 3, 0.5)
  assert.ok(policy.outlook(hd).arms.length < 25)
})

test('the logged chance is how often it is chosen', () => {
  const policy = taught()
  const rng = seededRng('chances')
  const counts = new Map<string, { count: number; chance: number }>()
  const draws = 1500
  for (let i = 0; i < draws; i++) {
    const { decision, propensity } = policy.choose(hd, { rng })
    const before = counts.get(decision.key)
    assert.ok(before === undefined || before.chance === propensity)
    counts.set(decision.key, { count: (before?.count ?? 0) + 1, chance: propensity ?? 0 })
  }
  for (const { count, chance } of counts.values()) {
    const deviation = Math.sqrt(draws * chance * (1 - chance))
    assert.ok(Math.abs(count - draws * chance) < 4 * deviation, `${count} of ${draws * chance}`)
  }
})

test('same seed, same sessions: same choices and same state', () => {
  const play = () => {
    const policy = createAnchoredPolicy(learnable)
    const [rng, nature] = [seededRng(5), seededRng(6)]
    for (let i = 0; i < 60; i++) {
      const { decision } = policy.choose(hd, { rng })
      policy.begin(`${i}`, decision)
      policy.update(fromDecision(`${i}`, decision, nature.next()))
    }
    return JSON.stringify(policy.save())
  }
  assert.equal(play(), play())
})

test('a state that is rebuilt from its sessions is the state that was', () => {
  const policy = createAnchoredPolicy(learnable)
  const rng = seededRng('rebuild')
  const log: Outcome[] = []
  for (let i = 0; i < 80; i++) {
    const { decision } = policy.choose({ clip: `c${i % 9}`, kind: 'HD' }, { rng })
    policy.begin(`${i}`, decision)
    log.push(fromDecision(`${i}`, decision, rng.next()))
    policy.update(log.at(-1)!)
  }
  const again = createAnchoredPolicy(learnable)
  for (const one of log) again.update(one)
  const { revision: _, ...saved } = policy.save()
  const { revision: __, ...rebuilt } = again.save()
  assert.deepEqual(rebuilt, saved)
})

test('a known clip is run at once with its own best kept settings, and what it does not lose is given back', () => {
  const policy = createAnchoredPolicy(learnable)
  const shot: Shot = { clip: 'a', kind: 'HD' }
  const on = { clip: 'a', levels: learnable.levels(shot) }
  policy.update(outcome('1', defaultKey, 0.2, on))
  policy.update(outcome('2', 'wide', 0.8, { ...on, firstTry: false, source: { type: 'person' } }))
  const choice = policy.choose(shot, { rng: drawOf(0.5) })
  assert.equal(choice.decision.role, 'replay')
  assert.equal(choice.settings.search, 121)
  assert.match(choice.reason, /did best on this very clip: 0\.80 in 1 run, the default 0\.20/)
  assert.equal(policy.choose({ clip: 'b', kind: 'HD' }, { rng: drawOf(0.5) }).decision.role, 'default')

  assert.equal(policy.begin('3', choice.decision), true)
  assert.equal(policy.state.credit.spent, 1)
  policy.update(fromDecision('3', choice.decision, 0.7))
  assert.ok(Math.abs(policy.state.credit.spent - 0.1) < 1e-9)
})

test('a result that was not kept, or that a stranger tells of, is not replayed', () => {
  const shot: Shot = { clip: 'a', kind: 'HD' }
  const on = { clip: 'a', levels: learnable.levels(shot) }
  for (const more of [{ kept: false }, { source: { type: 'import', name: 'x' } }] as const) {
    const policy = createAnchoredPolicy(learnable)
    policy.update(outcome('1', 'wide', 1, { ...on, ...more }))
    assert.equal(policy.choose(shot, { rng: drawOf(0.5) }).decision.role, 'default')
  }
})

test('a retry is remembered for its clip and counts nowhere else; neither does the same clip again', () => {
  const policy = createAnchoredPolicy(learnable)
  const on = { clip: 'a', levels: ['clip a', 'HD', 'all'] }
  policy.update(outcome('1', 'wide', 0.8, { ...on, firstTry: false }))
  assert.equal(policy.state.cells.size, 0)
  for (let i = 0; i < 50; i++) policy.update(outcome(`d${i}`, defaultKey, 0.8, on))
  assert.equal(policy.outlook({ clip: 'b', kind: 'HD' }).known.observations(defaultKey, 1), 1)
})

test('raced runs count within a cap', () => {
  const policy = createAnchoredPolicy(learnable)
  for (let i = 0; i < 100; i++) policy.update(outcome(`${i}`, 'wide', 1, { raced: true }))
  assert.equal(policy.outlook(hd).known.observations('wide'), anchoredRules.pooling.sourceCap)
})

test('importing changes a prediction, forgetting it changes it back to the last bit', () => {
  const policy = taught()
  const mean = () => JSON.stringify(policy.judge(hd, 'wide'))
  const before = mean()
  const cells = JSON.stringify(policy.save().cells)
  const lessons = Array.from({ length: 30 }, (_, i) =>
    policy.update(outcome(`i${i}`, 'wide', 0, { source: { type: 'import', name: 'x' } })),
  )
  assert.notEqual(mean(), before)
  for (const lesson of lessons) policy.forget(lesson)
  assert.equal(mean(), before)
  assert.equal(JSON.stringify(policy.save().cells), cells)
})

test('runs side by side cannot overdraw the credit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 120 }),
      (steps) => {
        const policy = taught()
        const open: [string, Decision][] = []
        const rng = seededRng('side by side')
        for (const [i, [what, value]] of steps.entries()) {
          if (what === 0 && open.length > 0) {
            const [session, decision] = open.shift()!
            policy.update(fromDecision(session, decision, value))
          } else if (what === 1 && open.length > 0) policy.abandon(open.shift()![0])
          else {
            const { decision } = policy.choose(hd, { rng })
            if (policy.begin(`${i}`, decision)) open.push([`${i}`, decision])
          }
          const { credit, proof } = policy.state
          if (!proof.proven) assert.ok(credit.spent <= creditLimit(credit.sessions, anchoredRules.credit))
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('a choice that was made before others spent the credit may not begin', () => {
  const policy = taught()
  const { decision } = policy.choose(hd, { rng: drawOf(0.3) })
  assert.equal(decision.charge, 1)
  let begun = 0
  while (begun < 100 && policy.begin(`${begun}`, decision)) begun++
  const { credit } = policy.state
  assert.equal(credit.spent, begun)
  assert.ok(begun < 100 && credit.spent + 1 > creditLimit(credit.sessions + 1, anchoredRules.credit))
  const next = policy.choose(hd, { rng: drawOf(0) })
  assert.equal(next.decision.role, 'default')
  assert.equal(next.propensity, 1)
  assert.match(next.reason, /credit .* spent/)
})

test('what a person replaced costs nothing and proves nothing', () => {
  const policy = taught()
  const { decision } = policy.choose(hd, { rng: drawOf(0.3) })
  policy.begin('x', decision)
  const before = policy.state.proof
  policy.update(fromDecision('x', decision, 1, { key: 'own', settings: { search: 91 }, source: { type: 'person' } }))
  assert.equal(policy.state.credit.spent, 0)
  assert.equal(policy.state.proof, before)
})

test('the version changes whenever a choice may', () => {
  const policy = taught()
  const before = policy.version
  const lesson = policy.update(outcome('x', 'wide', 0))
  const then = policy.version
  policy.forget(lesson)
  assert.equal(new Set([before, then, policy.version]).size, 3)
})

test('a state goes to JSON and back, and one that is damaged is refused with the place', () => {
  const policy = taught()
  policy.update(outcome('k', 'wide', 0.5, { clip: 'a' }))
  const { decision } = policy.choose(hd, { rng: drawOf(0.3) })
  policy.begin('open', decision)
  const saved: unknown = JSON.parse(JSON.stringify(policy.save()))
  const loaded = loadState('shots', saved)
  assert.ok(loaded.ok)
  assert.deepEqual(createAnchoredPolicy(learnable, anchoredRules, loaded.state).save(), saved)

  const good = saved as Record<string, unknown>
  const bad: readonly [string, unknown][] = [
    ['state', null],
    ['state', 'text'],
    ['state.version', { ...good, version: 2 }],
    ['state.name', { ...good, name: 'other' }],
    ['state.credit', { ...good, credit: { sessions: 3, spent: null } }],
    ['state.proof', { ...good, proof: { proven: true } }],
    ['state.cells', { ...good, cells: [['all', 'wide', 'own/0', 3, 3_000_001]] }],
    ['state.cells', { ...good, cells: [['all', 'wide', 'own/0', -3, 0]] }],
    ['state.pending', { ...good, pending: [['x', 7]] }],
    ['state.memory', { ...good, memory: [['a', 'wide', null, 1, 1, 0]] }],
  ]
  for (const [where, state] of bad) {
    const refused = loadState('shots', state)
    assert.ok(!refused.ok && refused.where === where, JSON.stringify(refused).slice(0, 200))
  }
  assert.equal(loadState('shots', createAnchoredPolicy(learnable, anchoredRules, freshState()).save()).ok, true)
})
