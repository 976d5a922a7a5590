/**
 * Blender as an engine of the pipeline: a headless one, from the system or the user's own, driven through bridge.py. Each
 * run has a Blender of its own, which is gone when the run is closed.
 */
import type { Warning } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { clipFiles } from '#media/clip.ts'
import type { SolveShots } from '#track/track-clip.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineClip, EngineContext, EngineRun, TrackingEngine } from '../engine.ts'
import { BlenderRun } from './blender-run.ts'
import { Bridge, type BridgeOptions, type Patience, usualPatience } from './bridge-process.ts'
import { checkVersion, findBlender, tested, versionOf, wrongVersion } from './find-program.ts'
import { solveShot } from './solve-shot.ts'

export interface BlenderOptions {
  /** Path or name of the program; null: HINDSIGHT_BLENDER, the PATH, or the usual places. */
  readonly program: string | null
  /** Arguments that come first, for wrappers such as `flatpak run`; none. */
  readonly extraArgs?: readonly string[]
  /** Environment to look in; this process's. */
  readonly env?: NodeJS.ProcessEnv
  readonly patience?: Partial<Patience>
}

/**
 * Finds Blender and asks its version; nothing runs until a clip is opened.
 *
 * @throws engine.missing, engine.version
 */
export async function createBlenderEngine(options: BlenderOptions): Promise<TrackingEngine> {
  const { program: named, extraArgs = [], env = process.env, patience = {} } = options
  const program = await findBlender(named, env)
  const version = await versionOf(program, extraArgs)
  const bridge: BridgeOptions = { program, extraArgs, patience: { ...usualPatience, ...patience } }
  const runs = new Set<EngineRun>()
  return {
    name: 'blender',
    version: `Blender ${version}`,
    async open(clip, ctx) {
      const run = await openRun(bridge, clip, ctx)
      runs.add(run)
      return run
    },
    async close() {
      await Promise.all(Array.from(runs, (run) => run.close()))
    },
  }
}

async function openRun(options: BridgeOptions, clip: EngineClip, ctx: EngineContext): Promise<EngineRun> {
  const { bridge, hello } = await Bridge.start(options, ctx.signal)
  try {
    checkVersion(hello.version, hello.text)
    if (!hello.tracking) throw wrongVersion(`Blender ${hello.text}, built without motion tracking`)
    if (hello.version[0] !== tested[0]) ctx.warn(untested(hello.text))
    const [first = clip.path] = await clipFiles(clip.path)
    checkClip(await bridge.ask('open', { path: first }, ctx.signal), clip.source.info, first)
    return new BlenderRun(bridge, clip, solveWith(bridge), ctx)
  } catch (error) {
    await bridge.close()
    throw error
  }
}

const untested = (version: string): Warning => ({
  code: 'engine.version',
  message: `Blender ${version} was never tried here; ${tested.join('.')} is what is tested`,
  where: null,
})

/**
 * Frames are told apart by their numbers only, so both sides have to count the same ones.
 *
 * @throws engine.clip
 */
function checkClip(
  { frames, width, height }: { readonly frames: number; readonly width: number; readonly height: number },
  { frameCount, widthPx, heightPx }: ClipInfo,
  where: string,
): void {
  if (frames === frameCount && width === widthPx && height === heightPx) return
  throw fault('engine.clip', {
    expected: `Blender to read ${frameCount} frames of ${widthPx} x ${heightPx}`,
    found: width === 0 ? 'that it can read none' : `${frames} of ${width} x ${height}`,
    where,
  })
}

const solveWith =
  (bridge: Bridge): SolveShots =>
  async (tasks, ctx) => {
    const results = []
    for (const task of tasks) {
      ctx.progress({ done: results.length, total: tasks.length, unit: 'shots', note: 'solving in Blender' })
      results.push(await solveShot(bridge, task, ctx))
    }
    return results
  }
