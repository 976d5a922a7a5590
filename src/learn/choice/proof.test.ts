import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { canSpend, type Credit, creditLimit, creditRules, noCredit, refund, spend } from './credit.ts'
import { alarmLevel, bet, freshDetector, freshProcess, logEvidence, watch, weighedDifference } from './e-process.ts'
import { learnFromToss, logThreshold, noProof, type Proof, proofRules, wantedChance } from './proof.ts'

/** Tosses until `sessions`, with the true shares of the moment. */
function run(seed: string, sessions: number, shares: (session: number) => readonly [wanted: number, base: number]) {
  const rng = seededRng(seed)
  let proof: Proof = noProof
  const at: { proven: number | null; armed: number | null; control: number } = { proven: null, armed: null, control: 0 }
  for (let session = 0; session < sessions; session++) {
    const chance = wantedChance(proof, proofRules)
    const wanted = rng.next() < chance
    const [good, base] = shares(session)
    const value = rng.next() < (wanted ? good : base) ? 1 : 0
    if (!wanted) at.control++
    proof = learnFromToss(proof, { wanted, chance, value, expected: 0.6, promised: 0.8 }, session)
    if (proof.proven) at.proven ??= session
    if (proof.rollbacks > 0) at.armed ??= session
  }
  return { proof, ...at }
}
const count = (runs: number, hit: (i: number) => boolean) =>
  Array.from({ length: runs }, (_, i) => i).filter(hit).length

test('what is no better is proven no more often than delta allows, looked at after every session', () => {
  const runs = 300
  for (const share of [0.3, 0.6, 0.9]) {
    const found = count(runs, (i) => run(`equal ${share} ${i}`, 400, () => [share, share]).proven !== null)
    // Delta / 2 for the first proof; three standard deviations of a sample of this size besides.
    const allowed = runs * 0.025 + 3 * Math.sqrt(runs * 0.025)
    assert.ok(found <= allowed, `${found} of ${runs} at ${share}`)
  }
})

test('what is better is proven, and then one session in ten keeps the default', () => {
  const runs = Array.from({ length: 20 }, (_, i) => run(`better ${i}`, 600, () => [0.85, 0.6]))
  assert.ok(runs.filter(({ proven }) => proven !== null).length >= 19)
  const { proof } = runs[0]!
  assert.equal(proof.proven, true)
  assert.ok(Math.abs(wantedChance({ ...proof, closer: 0 }, proofRules) - 0.9) < 1e-12)
  assert.equal(proof.events[0]?.kind, 'proven')
})

test('what has become worse arms the cap again, and proof asks for more than before', () => {
  const runs = Array.from({ length: 20 }, (_, i) =>
    run(`drift ${i}`, 1500, (t) => (t < 600 ? [0.85, 0.6] : [0.35, 0.6])),
  )
  const armed = runs.filter((one) => one.proven !== null && one.proven < 600 && one.armed !== null && one.armed >= 600)
  assert.ok(armed.length >= 18, `${armed.length} of 20`)
  const { proof, armed: at } = armed[0]!
  assert.ok(at! < 1000, `armed again at ${at}`)
  assert.equal(proof.proven, false)
  assert.ok(logThreshold(proof, proofRules) > logThreshold(noProof, proofRules))
})

test('what stays better is not doubted for long', () => {
  const runs = Array.from({ length: 20 }, (_, i) => run(`steady ${i}`, 1000, () => [0.85, 0.6]))
  assert.ok(runs.filter(({ armed }) => armed !== null).length <= 2)
})

test('the weight of a toss is in [-1, 1], and fair where the arms are alike', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(share, share, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (value, centre, chance) => {
      const [one, other] = [true, false].map((first) => weighedDifference(first, chance, value, centre))
      assert.ok(Math.abs(one!) <= 1 + 1e-12 && Math.abs(other!) <= 1 + 1e-12)
      assert.ok(Math.abs(chance * one! + (1 - chance) * other!) < 1e-12)
    }),
  )
})

test('a process that loses every bet stays finite, and a detector starts anew each time', () => {
  let [process, detector] = [freshProcess, freshDetector]
  for (let i = 0; i < 5000; i++) [process, detector] = [bet(process, -1), watch(detector, -1)]
  assert.ok(Number.isFinite(logEvidence(process)))
  let steps = 0
  for (; alarmLevel(detector) < 500; steps++) detector = watch(detector, 1)
  assert.ok(steps < 60, `${steps} steps after 5000 losses`)
})

test('the credit is never overdrawn, in whatever order runs begin, end and are given back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 300 }),
      (steps) => {
        let credit: Credit = noCredit
        for (const [costs, back] of steps) {
          const charge = costs && canSpend(credit, creditRules) ? 1 : 0
          credit = spend(credit, charge)
          assert.ok(credit.spent <= creditLimit(credit.sessions, creditRules))
          if (charge === 1) credit = refund(credit, back)
          assert.ok(credit.spent >= -1e-9)
        }
      },
    ),
  )
})
