/**
 * Blender and `hindsight track` on the same clips, judged by the same truth, as Markdown tables.
 *
 * Both start from a focal length 30 % too long. Blender's protocol: detect 200, track, solve, clean at 1.5 px, solve
 * again; it is told of a tripod and of distortion, we are told nothing. 2D: both follow the points that Blender detected
 * in frame 0, with Blender's settings. Blender's results are kept (it takes minutes); `--again` runs it beside ours, which
 * is what times are to be compared by. Blender's time leaves out its start; ours is all of the command, as the shell has it.
 *
 * Run: node bench/tracking/run.ts [--again] [--refill] [--cache DIR] [--results FILE.json] [--no-blind] CLIPS...
 * CLIPS: videos with NAME.truth.json beside them, or folders of such.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { meanFocal, readTruth, type Truth } from '#test/footage/truth.ts'
import { machine } from '../machine.ts'
import { blenderPeer, defaultCache, startFocalFactor, truthPath, type Peer } from './blender-peer.ts'
import { inCommon, judge2d } from './judge-2d.ts'
import { judge3d, type Placed } from './judge-3d.ts'
import { followFromStarts, runCommand, startedTogether, type CommandRun } from './our-side.ts'
import { blenderPlaced, readColmapParts, readSolveJson, type SolveSummary } from './read-solve.ts'
import type { ClipRow, SolveRow } from './rows.ts'
import { tables } from './tables.ts'

async function compare(clip: string): Promise<ClipRow> {
  const truth = readTruth(truthPath(clip))
  const { cache, again } = values
  const peer = blenderPeer(clip, { cache, again })
  const peers = values.refill ? [peer, blenderPeer(clip, { cache, refill: true })] : [peer]
  const started = startedTogether(peer.tracks)
  const followed = await followFromStarts(clip, peer.tracks)
  const [commonBlender, commonOurs] = inCommon(started, followed)
  const focal = ['--focal', `${(startFocalFactor * meanFocal(truth)).toFixed(3)}px`]
  const ours = await solved(clip, focal)
  const blind = values['no-blind'] ? null : await solved(clip, [])
  const report = JSON.parse(ours.run.output === '' ? '{}' : ours.run.output) as { followMs?: number; solveMs?: number }
  return {
    clip: truth.clip,
    mode: truth.mode,
    blender2d: judge2d(started, truth),
    ours2d: judge2d(followed, truth),
    common2d: { blender: judge2d(commonBlender, truth), ours: judge2d(commonOurs, truth) },
    shots: truth.segments.map((segment, i) => ({
      name: truth.segments.length === 1 ? truth.clip : `${truth.clip}, shot ${i + 1}`,
      blender: better(peers.map((p) => blenderRow(p, truth, segment))),
      ours: ourRow(ours, truth, segment),
      blind: blind && ourRow(blind, truth, segment),
    })),
    blenderTime: blenderTimes(peer),
    ourTime: {
      all: ours.run.time.wall_s,
      follow: (report.followMs ?? NaN) / 1000,
      solve: (report.solveMs ?? NaN) / 1000,
      cpu: ours.run.time.cpu_s,
    },
    othersBusy: peer.othersBusy,
  }
}

interface Solved {
  readonly run: CommandRun
  readonly parts: readonly Placed[]
  readonly summary: SolveSummary
}

async function solved(clip: string, flags: readonly string[]): Promise<Solved> {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-bench-track-'))
  try {
    const out = join(folder, 'out')
    const run = await runCommand(clip, out, flags)
    if (!existsSync(join(out, 'solve.json'))) return { run, parts: [], summary: { shots: [] } }
    return { run, parts: readColmapParts(out), summary: readSolveJson(out) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Segment = Truth['segments'][number]

const within = (placed: Placed, { first, last }: Segment) =>
  placed.cameras.filter((c) => c.frame >= first && c.frame <= last).length

/** Of the parts the one that has most cameras in the shot. */
function ourRow({ run, parts, summary }: Solved, truth: Truth, segment: Segment): SolveRow {
  const [best] = parts.toSorted((a, b) => within(b, segment) - within(a, segment))
  const middle = (segment.first + segment.last) / 2
  const shot = summary.shots.find((s) => s.fromFrame <= middle && s.toFrame >= middle)
  const judged = best === undefined ? null : judge3d(best, truth, segment)
  const why = shot?.why ?? (run.complaint === '' ? 'no cameras' : run.complaint)
  const sure = shot?.confidence === undefined ? '' : `, ${Math.round(100 * shot.confidence)} % sure`
  const kind = `${shot?.motion ?? ''}${shot?.zoom ? ', zoom' : ''}${sure}`
  return { judged, errorPx: shot?.meanTrackErrorPx ?? null, kind, why: judged ? null : why }
}

/** By the protocol the solve after cleaning counts. */
function blenderRow({ result }: Peer, truth: Truth, segment: Segment): SolveRow {
  const last = result.after_clean ?? result.first_solve
  const placed = blenderPlaced(result.after_clean)
  const judged = placed && judge3d(placed, truth, segment)
  const kind = truth.camera_moves === 'rotation' ? 'tripod, told' : 'general'
  const errorPx = last.why === null ? last.error_px : null
  return { judged, errorPx, kind, why: judged ? null : (last.why ?? 'too few cameras') }
}

/** More cameras, then nearer to the truth: only who knows the truth could choose so well, and the choice favours Blender. */
function better(rows: readonly SolveRow[]): SolveRow {
  const cameras = ({ judged }: SolveRow) => judged?.cameras ?? 0
  const off = ({ judged }: SolveRow) => (judged ? (judged.pathShare ?? judged.rotationMeanDeg) : Infinity)
  return rows.reduce((best, row) => {
    const more = cameras(row) - cameras(best)
    return more > 0 || (more === 0 && off(row) < off(best)) ? row : best
  })
}

function blenderTimes({ result }: Peer): ClipRow['blenderTime'] {
  const { times, first_solve, after_clean } = result
  const tracking = [times.track, ...(times.track_again ? [times.track_again] : [])]
  const solving = [first_solve.time, ...(after_clean ? [after_clean.time] : [])]
  const sum = (all: readonly { wall_s: number; cpu_s: number }[], what: 'wall_s' | 'cpu_s') =>
    all.reduce((total, t) => total + t[what], 0)
  const [detect, track, solve] = [times.detect.wall_s, sum(tracking, 'wall_s'), sum(solving, 'wall_s')]
  return { detect, track, solve, cpu: sum([times.detect, ...tracking, ...solving], 'cpu_s') }
}

function clipsIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = statSync(path).isDirectory()
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [path]
    return found.filter((file) => /\.(?:mp4|mov|mkv|webm)$/.test(file) && existsSync(truthPath(file)))
  })
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    again: { type: 'boolean', default: false },
    refill: { type: 'boolean', default: false },
    cache: { type: 'string', default: defaultCache },
    results: { type: 'string' },
    'no-blind': { type: 'boolean', default: false },
  },
})
const clips = clipsIn(positionals)
if (clips.length === 0) throw new Error('expected clips with truth beside them, found none')
const rows: ClipRow[] = []
for (const clip of clips) {
  const row = await compare(clip)
  rows.push(row)
  process.stderr.write(`${row.clip}\n`)
}
const blender = execFileSync('blender', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? 'Blender'
console.log(`${machine()}, ${blender}, ${new Date().toISOString().slice(0, 10)}\n`)
console.log(tables(rows))
if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(rows, null, 1))
