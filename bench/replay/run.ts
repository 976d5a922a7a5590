/**
 * Fills the table of a replay: each of the 48 settings on each of the drawn clips, through the embedded pipeline.
 *
 *   node bench/replay/run.ts [--table FILE] [--rounds 3] [--kinds 9]
 *
 * What the table holds already is not run again: it can be stopped and goes on where it was.
 */
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { serialize } from 'node:v8'
import { defaultKey } from '#core/learnable.ts'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import { probe } from '#domains/camera/probe/run-probe.ts'
import { makeContext } from '#engine/engine.ts'
import { openKernel } from '#engine/kernel.ts'
import type { SolveResult } from '#track/solution.ts'
import { oneAfterTheOther, type SolveShots } from '#track/track-clip.ts'
import { heldFrames, runCell, situationOf } from './cell.ts'
import { drawReplayClip, kindClips, replayClips } from './clips.ts'
import { append, readTable } from './table.ts'

const { values } = parseArgs({
  options: {
    table: { type: 'string', default: 'bench/replay/table.jsonl' },
    rounds: { type: 'string', default: '3' },
    kinds: { type: 'string', default: '9' },
  },
})

const ctx = makeContext({ seed: 0 })
const { clips, cells } = readTable(values.table)
const known = new Set(clips.map(({ name }) => name))
const done = new Set(cells.map(({ clip, key }) => `${clip} ${key}`))
const learnable = createCameraLearnable('embedded')
const { kernel, close } = await openKernel(ctx, 1)
const engine = createEmbeddedEngine({ version: 'replay', solve: solvedOnce() })
for (const clip of [...replayClips(Number(values.rounds)), ...kindClips(Number(values.kinds))]) {
  const finished = cells.filter((cell) => cell.clip === clip.name).length
  if (known.has(clip.name) && finished >= 48) continue
  const { truth, ...drawn } = drawReplayClip(clip)
  const source = heldFrames(drawn)
  const { info } = source
  const seen = await probe(source, kernel, { range: { from: 0, to: info.frameCount - 1 }, masks: [] }, ctx)
  if (!known.has(clip.name)) append(values.table, { type: 'clip', ...clip, info, probe: seen })
  const situation = situationOf(info, seen)
  const all = [{ key: defaultKey, settings: learnable.base(situation) }, ...learnable.candidates(situation)]
  const cpu = process.cpuUsage()
  for (const candidate of all) {
    if (done.has(`${clip.name} ${candidate.key}`)) continue
    const held = { name: clip.name, source, truth, probe: seen }
    append(values.table, await runCell(held, candidate, engine, kernel, ctx))
  }
  const { user, system } = process.cpuUsage(cpu)
  process.stderr.write(`${clip.name}: ${((user + system) / 1e6).toFixed(1)} s of processor time\n`)
}
await close()

/** Many settings give the very same tracks: where no weak corner is needed, or no wide window. These are solved once. */
function solvedOnce(): SolveShots {
  const known = new Map<string, SolveResult>()
  return async (tasks, solving) => {
    const results: SolveResult[] = []
    for (const task of tasks) {
      const name = createHash('sha256').update(serialize(task)).digest('hex')
      const result = known.get(name) ?? (await oneAfterTheOther([task], solving))[0]!
      known.set(name, result)
      results.push(result)
    }
    return results
  }
}
