/**
 * What learning is worth on the table of a replay: the product's learner in sessions on training clips, and what it recommends
 * for clips that it never saw, against the default, the best of 48 in hindsight, and others with as many runs.
 *
 *   node bench/replay/learn.ts [--table FILE] [--seeds 20] [--sessions 20] [--judge product|person]
 *     [--python PATH] [--svg FILE]
 *
 * `--judge person`: sessions are valued as if somebody said of each camera whether it is right, as the truth has it.
 * Each round of clips is unseen once, while the others train. Without `--python`, an interpreter that has Optuna, its row is left out.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { defaultKey } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { changeOf } from '#domains/camera/learning/candidates.ts'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { machine } from '../machine.ts'
import { type ArenaClip, arenaOf, bestOver, gapClosed, judges, mean, worth } from './arena.ts'
import { curveSvg, type CurvePoint } from './curve.ts'
import { type KindCost, plays } from './sessions.ts'
import { readTable } from './table.ts'
import { treeChoosers } from './trees.ts'

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'bench/replay/table.jsonl' },
    seeds: { type: 'string', default: '20' },
    sessions: { type: 'string', default: '20' },
    python: { type: 'string' },
    svg: { type: 'string' },
    judge: { type: 'string', default: 'product' },
  },
})
const [seeds, perKind] = [Number(values.seeds), Number(values.sessions)]
const judge = judges.find((name) => name === values.judge)
if (judge === undefined) throw new Error(`expected a judge, one of ${judges.join(', ')}, found ${values.judge}`)
const arena = arenaOf(readTable(values.table), judge)
const rounds = [...new Set(arena.map(({ round }) => round))].filter((round) => foldOf(round).unseen.length > 0)

interface Fold {
  readonly training: readonly ArenaClip[]
  readonly unseen: readonly ArenaClip[]
}

/** Clips of a kind that no training clip is of are left out: nobody could have learned of them. */
function foldOf(round: number): Fold {
  const training = arena.filter((clip) => clip.round !== round)
  const kinds = new Set(training.map(({ kind }) => kind))
  return { training, unseen: arena.filter((clip) => clip.round === round && kinds.has(clip.kind)) }
}

const folds = rounds.map(foldOf)
type Chooser = (clip: ArenaClip) => string

/** Over folds together, so that a fold with little to gain does not count as much as one with much. */
const closed = (choosers: readonly Chooser[]): number => {
  const pairs = folds.flatMap(({ unseen }, i) => unseen.map((clip) => [clip, choosers[i]!(clip)] as const))
  const keys = new Map(pairs.map(([clip, key]) => [clip.name, key]))
  return gapClosed(
    pairs.map(([clip]) => clip),
    ({ name }) => keys.get(name) ?? defaultKey,
  )
}
const rightShare = (choosers: readonly Chooser[]): number =>
  mean(folds.flatMap(({ unseen }, i) => unseen.map((clip) => Number(clip.right.get(choosers[i]!(clip)) ?? false))))

const percent = (share: number) => `${(100 * share).toFixed(0)} %`
const line = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)

/** Mean, and the interval that holds nine of ten seeds' results. */
function spread(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return all.length < 2 ? percent(mean(all)) : `${percent(mean(all))} (${percent(at(0.05))} to ${percent(at(0.95))})`
}

function row(name: string, bySeed: readonly (readonly Chooser[])[]): void {
  const changed = bySeed.map((choosers) =>
    mean(folds.flatMap(({ unseen }, i) => unseen.map((clip) => Number(choosers[i]!(clip) !== defaultKey)))),
  )
  const worths = bySeed.map((choosers) =>
    mean(folds.flatMap(({ unseen }, i) => unseen.map((clip) => worth(clip, choosers[i]!(clip))))),
  )
  line(
    name,
    spread(bySeed.map(closed)),
    mean(worths).toFixed(4),
    percent(mean(bySeed.map(rightShare))),
    percent(mean(changed)),
  )
}

const bestKey: Chooser = ({ worth: of }) => [...of].reduce((top, one) => (one[1] > top[1] ? one : top))[0]
const always = (choose: (fold: Fold) => Chooser) => [folds.map(choose)]
const perSeed = <T>(make: (seed: number) => T): T[] => Array.from({ length: seeds }, (_, seed) => make(seed))

function reportClips(): void {
  const kinds = Map.groupBy(arena, ({ kind }) => kind)
  line('kind', 'clips', 'default', 'best of 48 on each clip', 'best single one for the kind', 'which')
  line('---', '---:', '---:', '---:', '---:', '---')
  for (const [kind, clips] of kinds) {
    const best = bestOver(clips)
    const cells = [defaultKey, null, best].map((key) =>
      mean(clips.map((clip) => (key === null ? Math.max(...clip.worth.values()) : worth(clip, key)))).toFixed(3),
    )
    line(kind.replace('motion/', ''), clips.length, ...cells, best)
  }
  console.log()
}

interface Played {
  readonly chooser: Chooser
  readonly costs: ReadonlyMap<string, KindCost>
  readonly spent: number
  readonly sessions: number
}

/** Marks by sessions of each kind, for the curve. */
const marks = [5, 10, 20, 40].filter((mark) => mark <= perKind)

/** What it recommends is asked at once: the policy goes on learning. */
function playedFold({ training, unseen }: Fold, seed: number, curve: Map<number, Chooser>): Played {
  let last: Played | null = null
  for (const state of plays(training, perKind, `${seed}`)) {
    if (!marks.includes(state.round) && state.round !== perKind) continue
    const keys = new Map(unseen.map((clip) => [clip.name, state.recommends(clip)]))
    const chooser: Chooser = ({ name }) => keys.get(name) ?? defaultKey
    if (marks.includes(state.round)) curve.set(state.round, chooser)
    const { credit } = state.policy.state
    if (state.overdrawn) throw new Error('the credit was overdrawn')
    last = { chooser, costs: state.kinds, spent: credit.spent, sessions: credit.sessions }
  }
  return last!
}

function reportLearner(): void {
  const curves = perSeed(() => folds.map(() => new Map<number, Chooser>()))
  const runs = perSeed((seed) => folds.map((fold, i) => playedFold(fold, seed, curves[seed]![i]!)))
  row(
    `the learner, after ${perKind} sessions of each kind`,
    runs.map((one) => one.map(({ chooser }) => chooser)),
  )
  tellOthers()
  console.log()
  const points = marks.map((mark): CurvePoint => {
    const shares = curves.map((one) => closed(one.map((curve) => curve.get(mark)!))).toSorted((a, b) => a - b)
    const at = (share: number) => shares[Math.min(shares.length - 1, Math.floor(share * shares.length))] ?? 0
    return { sessions: mark, mean: mean(shares), low: at(0.05), high: at(0.95) }
  })
  for (const point of points)
    console.log(
      `${point.sessions} sessions of each kind: ${percent(point.mean)} (${percent(point.low)} to ${percent(point.high)})`,
    )
  if (values.svg !== undefined) writeFileSync(values.svg, curveSvg(points))
  console.log()
  reportCosts(runs.flat())
}

function reportCosts(runs: readonly Played[]): void {
  line('kind', 'sessions', 'not the default', 'regret a session', 'lost against the default, in all', 'bound')
  line('---', '---:', '---:', '---:', '---:', '---:')
  const sessions = mean(runs.map((run) => run.sessions))
  for (const kind of new Set(arena.map((clip) => clip.kind))) {
    const costs = runs.flatMap((run) => run.costs.get(kind) ?? [])
    if (costs.length === 0) continue
    const per = (of: (cost: KindCost) => number) => mean(costs.map(of))
    const worst = Math.max(...costs.map(({ loss }) => loss))
    line(
      kind.replace('motion/', ''),
      per((cost) => cost.sessions).toFixed(0),
      per(({ others }) => others).toFixed(1),
      per(({ regret, sessions: n }) => regret / n).toFixed(4),
      `${per(({ loss }) => loss).toFixed(3)}, at most ${worst.toFixed(3)}`,
      creditLimit(sessions, anchoredRules.credit).toFixed(1),
    )
  }
  const gain = mean(runs.map(({ costs }) => [...costs.values()].reduce((sum, cost) => sum + cost.gain, 0)))
  console.log(
    `\nover ${sessions.toFixed(0)} sessions: gained ${gain.toFixed(3)} in all against the default, credit spent ${mean(runs.map(({ spent }) => spent)).toFixed(1)}\n`,
  )
}

function tellOthers(): void {
  row(
    'the best of all training cells, for all',
    always(({ training }) => {
      const best = bestOver(training)
      return () => best
    }),
  )
  row(
    'the best of all training cells, by kind',
    always(({ training }) => {
      const best = new Map(
        [...Map.groupBy(training, ({ kind }) => kind)].map(([kind, clips]) => [kind, bestOver(clips)]),
      )
      return ({ kind }) => best.get(kind) ?? defaultKey
    }),
  )
  const trees = folds.map(({ training }) => treeChoosers(training, 1))
  row('boosted trees on all training cells, mean', [trees.map((one) => (clip) => one?.mean(clip) ?? defaultKey)])
  row('the same, lower bound', [trees.map((one) => (clip) => one?.surest(clip) ?? defaultKey)])
  row(
    'one of the 48, at random',
    perSeed((seed) => {
      const rng = seededRng(`random ${seed}`)
      return folds.map(
        () =>
          ({ candidates }: ArenaClip) =>
            candidates[rng.int(candidates.length)]!.key,
      )
    }),
  )
  if (values.python === undefined) return
  const found = folds.map(peerChoosers)
  row(
    "Optuna's TPE, as many runs, best trial",
    perSeed((seed) => found.map(({ best }) => best[seed]!)),
  )
  row(
    'the same, best mean',
    perSeed((seed) => found.map(({ mean: means }) => means[seed]!)),
  )
}

/** One study for each kind. */
function peerChoosers({ training }: Fold): { readonly best: readonly Chooser[]; readonly mean: readonly Chooser[] } {
  const kinds = [...Map.groupBy(training, ({ kind }) => kind)]
  const parts = Object.fromEntries(
    training[0]!.candidates.map(({ key }) => [
      key,
      Object.fromEntries(Object.entries(changeOf(key) ?? {}).map(([name, value]) => [name, String(value)])),
    ]),
  )
  const asked = {
    kinds: kinds.map(([, clips]) => ({ clips: clips.map((clip) => Object.fromEntries(clip.worth)) })),
    parts,
    runs: perKind,
    seeds,
  }
  const script = fileURLToPath(new URL('peer.py', import.meta.url))
  const { stdout, stderr, status } = spawnSync(values.python!, [script], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  if (status !== 0) throw new Error(`Optuna did not run: ${stderr.slice(-500)}`)
  const { best, mean: means } = JSON.parse(stdout) as { best: string[][]; mean: string[][] }
  const chooserOf = (keys: readonly string[]): Chooser => {
    const byKind = new Map(kinds.map(([kind], i) => [kind, keys[i] ?? defaultKey]))
    return ({ kind }) => byKind.get(kind) ?? defaultKey
  }
  return { best: best.map(chooserOf), mean: means.map(chooserOf) }
}

console.log(
  `${arena.length} clips with all of their settings, ${folds.length} rounds unseen in turn, ${seeds} seeds, valued by the ${judge}\n`,
)
reportClips()
line(
  'who chooses',
  'gap closed on unseen clips',
  'value',
  'cameras that are right',
  'clips for which it is not the default',
)
line('---', '---:', '---:', '---:', '---:')
row(
  'the default',
  always(() => () => defaultKey),
)
row(
  'the best of 48 on each clip, in hindsight',
  always(() => bestKey),
)
reportLearner()
console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}`)
