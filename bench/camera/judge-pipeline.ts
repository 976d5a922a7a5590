/**
 * How often the pipeline is right at the first try, how many tries it takes, and what its steps cost, beside the bare tracker
 * and solver: node bench/camera/judge-pipeline.ts [--bare] [--preset P] [--policy P] [--footage F] CLIP-or-folder… Clips need their truth beside them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import type { Attempt, PipelineRequest } from '#domains/camera/pipeline/attempt.ts'
import { runPipeline } from '#domains/camera/pipeline/run-pipeline.ts'
import { makeContext } from '#engine/engine.ts'
import { openKernel } from '#engine/kernel.ts'
import { sideBySide } from '#engine/solve-threads.ts'
import { openClip } from '#media/clip.ts'
import type { Truth } from '#test/footage/truth.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { centreOf } from '#track/geometry/rigid3.ts'
import { trackClip } from '#track/track-clip.ts'
import type { FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { judge3d, type Placed } from '../tracking/judge-3d.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bare: { type: 'boolean' }, preset: { type: 'string' }, policy: { type: 'string' }, footage: { type: 'string' } },
})

/** The bars of the product: share of the path, degrees, share of the focal length, share of the cameras. */
const bars = { path: 0.01, degrees: 0.5, focal: 0.02, cameras: 0.95 }
const solve = {
  focal: 'unknown',
  focalPx: null,
  motion: 'auto',
  zoom: 'auto',
  lens: 'auto',
  principal: 'centre',
  heldOutShare: 0.05,
  seed: 0,
} as const

function placedOf(shot: Shot): Placed | null {
  if (!shot.result.ok) return null
  const { cameras, intrinsics } = shot.result.solution
  const { lens } = intrinsics
  return {
    k1: lens.model === 'polynomial' ? lens.k1 : 0,
    k2: lens.model === 'polynomial' ? lens.k2 : 0,
    cameras: cameras.map(({ frame, camFromWorld, focalPx }) => {
      const [x = 0, y = 0, z = 0] = centreOf(camFromWorld)
      return { frame, centre: [x, y, z], rotation: camFromWorld.rotation, focalPx }
    }),
  }
}

/** Whether all shots are right against the truth, and how far off the worst is. */
function verdictOf(shots: readonly Shot[], truth: Truth): { right: boolean; said: string } {
  const rows = truth.segments.map((segment) => {
    const middle = (segment.first + segment.last) / 2
    const shot = shots.find(({ fromFrame, toFrame }) => fromFrame <= middle && toFrame >= middle)
    const placed = shot && placedOf(shot)
    const judged = placed ? judge3d(placed, truth, segment) : null
    if (judged === null || shot?.result.ok !== true) return { right: false, said: 'none', sure: 0 }
    const right =
      (judged.pathShare ?? 0) <= bars.path &&
      judged.rotationMeanDeg <= bars.degrees &&
      judged.focalShare <= bars.focal &&
      judged.cameras >= bars.cameras * judged.frames
    const percent = (share: number | null) => (share === null ? '–' : (100 * share).toFixed(2))
    const said = `path ${percent(judged.pathShare)}% rot ${judged.rotationMeanDeg.toFixed(3)} focal ${percent(judged.focalShare)}%`
    return { right, said: `${said} sure ${shot.result.solution.confidence.toFixed(2)}` }
  })
  return { right: rows.every(({ right }) => right), said: rows.map(({ said }) => said).join(' | ') }
}

const ctx = makeContext({ seed: 0 })

async function piped(path: string, source: FrameSource, kernel: Kernel) {
  const request: PipelineRequest = {
    preset: (values.preset as PipelineRequest['preset'] | undefined) ?? 'balanced',
    footage: (values.footage as PipelineRequest['footage'] | undefined) ?? 'auto',
    robust: false,
    smoothing: 0,
    masks: [],
    range: { from: 0, to: source.info.frameCount - 1 },
    chosen: { tracker: {}, corners: {} },
    solve,
    tracks: [],
    policy: values.policy ?? null,
    retries: null,
    seed: 0,
  }
  const engine = createEmbeddedEngine({ version: 'bench', solve: sideBySide })
  const { attempts, best } = await runPipeline(engine, { path, source, kernel, masks: [] }, request, ctx)
  return { attempts, best }
}

const clips = positionals.flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.mp4'))
        .map((name) => join(path, name))
    : [path],
)
const { kernel, close } = await openKernel(ctx)
let [rights, firsts, tries] = [0, 0, 0]
for (const path of clips) {
  const truth = JSON.parse(readFileSync(path.replace(/\.mp4$/, '.truth.json'), 'utf8')) as Truth
  const source = await openClip(path)
  const started = process.cpuUsage()
  if (values.bare) {
    const { shots } = await trackClip(source, kernel, { follow: {}, solve }, ctx, sideBySide)
    const { right, said } = verdictOf(shots, truth)
    rights += right ? 1 : 0
    console.log(right ? 'right' : 'WRONG', basename(path), seconds(started), said)
  } else {
    const { attempts, best } = await piped(path, source, kernel)
    const first = verdictOf(attempts[0]!.shots, truth)
    const { right, said } = verdictOf(best.shots, truth)
    rights += right ? 1 : 0
    firsts += first.right ? 1 : 0
    tries += attempts.length
    console.log(right ? 'right' : 'WRONG', basename(path), seconds(started), said, stepsOf(best), whyOf(attempts))
  }
  await source.close()
}
console.log(
  `${rights} of ${clips.length} right${values.bare ? '' : `, ${firsts} at the first try, ${tries / clips.length} tries`}`,
)
await close()

function seconds(since: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(since)
  return `${((user + system) / 1e6).toFixed(1)} s`
}

function stepsOf({ healing, cleaning, refinements, durationsMs, adaptations }: Attempt): string {
  const healed = healing?.attempts.filter((one) => one.healed).length ?? 0
  const ms = Object.entries(durationsMs).map(([phase, value]) => `${phase} ${Math.round(value)}`)
  const refined = refinements.map(({ kept }) => (kept ? 'better' : 'no')).join('')
  return `[healed ${healed}/${healing?.attempts.length ?? 0}, cleaned ${cleaning?.removed.length ?? 0}, refined ${refined}, adapted ${adaptations.length}; ${ms.join(', ')}]`
}

function whyOf(attempts: readonly Attempt[]): string {
  const tried = attempts.slice(1)
  return tried.map(({ why, choice, score }) => `\n   retry (${score.toFixed(2)}): ${why} -> ${choice.reason}`).join('')
}
