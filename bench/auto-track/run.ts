/**
 * The score of auto-track & solve: how often the product's pipeline finds the right camera, at the first try and in the end, and
 * whether it knows. Resumable: what was measured of a clip is kept in the cache, by the bytes of the clip and of the code.
 *
 *   node bench/auto-track/run.ts [--cache DIR] [--set solve|verdict] [--engine embedded|blender] [--every N] [--only NAME]
 *     [--peer cached|run|none] [--no-drawn] [--kept | --reference] [CLIP-or-folder…]
 *
 * `solve`: the clips that are named and drawn ones of each mode. `verdict`: drawn clips of which a third must fail. Clips need
 * their truth beside them. `--every 3` takes every third clip, `--kept` only shows what was measured before, `--reference` only
 * asks which clips can be solved at all, and `--peer run` runs Blender where nothing of it is cached.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type EngineName, engineNames } from '#domains/camera/engines/engine.ts'
import { makeContext } from '#engine/engine.ts'
import { openKernel } from '#engine/kernel.ts'
import { readTruth } from '#test/footage/truth.ts'
import { machine } from '../machine.ts'
import { truthPath } from '../tracking/blender-peer.ts'
import { drawnToJudge, drawnToSolve } from './draw.ts'
import { fixedThatSolves } from './fixed.ts'
import { buildOf, isKept, kept, pipelineFolders } from './kept.ts'
import { peerSolved, type PeerMode } from './peer.ts'
import { runClip } from './run-clip.ts'
import { type Row, solveTable, summary, verdictTable } from './tables.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: join(tmpdir(), 'hindsight-bench-auto-track') },
    set: { type: 'string', default: 'solve' },
    engine: { type: 'string', default: 'embedded' },
    every: { type: 'string', default: '1' },
    only: { type: 'string' },
    peer: { type: 'string', default: 'cached' },
    'no-drawn': { type: 'boolean', default: false },
    kept: { type: 'boolean', default: false },
    reference: { type: 'boolean', default: false },
  },
})
const { cache, set, only } = values
const engine = engineNames.find((name): name is EngineName => name === values.engine)
if (engine === undefined)
  throw new Error(`expected an engine, one of ${engineNames.join(', ')}, found ${values.engine}`)

const ctx = makeContext({ seed: 0 })
const build = buildOf(pipelineFolders)
const named = positionals.flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .filter((name) => name.endsWith('.mp4'))
        .map((name) => join(path, name))
    : [path],
)
const drawnFolder = join(cache, 'clips')
const drawn = values['no-drawn']
  ? []
  : await (set === 'verdict' ? drawnToJudge(drawnFolder) : drawnToSolve(drawnFolder))
const clips = [...named.filter((clip) => existsSync(truthPath(clip))), ...drawn.map(({ path }) => path)]
  .filter((clip) => only === undefined || clip.includes(only))
  .filter((_, i) => i % Number(values.every) === 0)
  .filter((clip) => !values.kept || (isKept(cache, clip, `${engine}-${build}`) && isKept(cache, clip, 'fixed')))

const { kernel, close } = await openKernel(ctx)
const rows: Row[] = []
for (const clip of clips) {
  const truth = readTruth(truthPath(clip))
  const isSolvable = await solvable(clip)
  if (values.reference) {
    process.stderr.write(`${basename(clip, '.mp4')}: ${isSolvable.by ?? 'no'}\n`)
    continue
  }
  const score = await kept(cache, clip, `${engine}-${build}`, () => runClip(clip, truth, engine))
  const row: Row = {
    clip: basename(clip, '.mp4'),
    solvedBy: isSolvable.by,
    peer: set === 'solve' ? peerSolved(clip, truth, values.peer as PeerMode) : null,
    ...score,
  }
  rows.push(row)
  const words = [
    score.first.right ? 'right' : 'WRONG',
    score.saysSolved ? 'says solved' : 'says not',
    row.solvedBy ?? '',
  ]
  process.stderr.write(
    `${row.clip}: ${words.join(', ')}, ${score.attempts} attempts, ${score.cpuS.toFixed(1)} s; ${score.final.said.join(' | ')}\n`,
  )
}
await close()
if (!values.reference) report()

function report(): void {
  console.log(
    `${machine()}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0]?.toFixed(1)}, build ${build}\n`,
  )
  console.log(set === 'solve' ? solveTable(rows) : verdictTable(rows))
  console.log(summary(rows))
}

/** Kept by the clip alone: what could be solved once can be solved. */
function solvable(clip: string): Promise<{ readonly by: string | null }> {
  const truth = readTruth(truthPath(clip))
  return kept(cache, clip, 'fixed', async () => ({ by: await fixedThatSolves(clip, truth, kernel, ctx) }))
}
