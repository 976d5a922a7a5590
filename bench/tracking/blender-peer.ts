/**
 * Runs Blender's own tracker and solver on a clip (blender_peer.py) and keeps what came of it, since it takes long: a
 * result is found again by the bytes of clip and script. Blender reads the frames as PNG files, decoded beforehand and
 * not counted; on `walk` it tracks the same from the video, in the same time.
 *
 * Run: node bench/tracking/blender-peer.ts [--cache DIR] [--tracks DIR] [--again] [--refill] CLIP.mp4...
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { TrackerSettings } from '#track/tracks.ts'
import { meanFocal, readTruth, type Pose } from '#test/footage/truth.ts'

export const startFocalFactor = 1.3

export const defaultCache = join(tmpdir(), 'hindsight-bench-blender')

export interface Times {
  readonly wall_s: number
  readonly cpu_s: number
}

/** 2D tracks: pixels with a top-left corner origin, frames counted from 0. */
export interface PeerTracks {
  readonly clip: string
  readonly width: number
  readonly height: number
  readonly blender: string
  /** Blender's, under our names. */
  readonly settings: TrackerSettings
  readonly aliveAtEnd: number
  /** So many of the tracks were started in frame 0; those after them by later detections. */
  readonly firstPass: number
  readonly times: { readonly detect: Times; readonly track: Times; readonly track_again?: Times }
  readonly tracks: readonly PeerTrack[]
}

export interface PeerTrack {
  readonly name: string
  /** Frame, x, y. */
  readonly start: readonly [number, number, number]
  readonly frames: readonly number[]
  readonly xy: readonly (readonly [number, number])[]
}

export type PeerSolve =
  | { readonly why: string; readonly time: Times }
  | {
      readonly why: null
      readonly time: Times
      readonly error_px: number
      readonly focal_px: number
      readonly k1: number
      readonly k2: number
      readonly cameras: readonly { readonly frame: number; readonly cam_to_world: Pose }[]
    }

export interface PeerResult {
  readonly clip: string
  readonly blender: string
  readonly times: PeerTracks['times']
  readonly tracks: number
  readonly first_solve: PeerSolve
  /** null: the first solve failed. */
  readonly after_clean: PeerSolve | null
  readonly process_cpu_s: number
}

export interface Peer {
  readonly tracks: PeerTracks
  readonly result: PeerResult
  /** Share of the machine's processors that others used meanwhile; null where the system does not say. */
  readonly othersBusy: number | null
}

const script = fileURLToPath(new URL('blender_peer.py', import.meta.url))

export const truthPath = (clip: string) => clip.replace(/\.\w+$/, '.truth.json')

export interface PeerOptions {
  readonly cache: string
  /** Do not take it from the cache. */
  readonly again?: boolean
  /** Detect again in the middle and at the end of a clip where few tracks last; by the protocol it is done once. */
  readonly refill?: boolean
}

/** Where what is known of a clip lies. */
function keptFiles(clip: string, { cache, refill = false }: PeerOptions): (what: string) => string {
  const truth = readTruth(truthPath(clip))
  const hash = createHash('sha256').update(readFileSync(clip)).update(readFileSync(script)).digest('hex')
  const key = `${hash.slice(0, 12)}${refill ? '-refilled' : ''}`
  return (what) => join(cache, `${truth.clip}-${key}.${what}.json`)
}

/** Whether {@link blenderPeer} has its answer already. */
export const isCached = (clip: string, options: PeerOptions): boolean => existsSync(keptFiles(clip, options)('machine'))

/** Blender's tracks and solves of a clip with truth beside it, from the cache where they are there already. */
export function blenderPeer(clip: string, options: PeerOptions): Peer {
  const { cache, again = false, refill = false } = options
  const truth = readTruth(truthPath(clip))
  const kept = keptFiles(clip, options)
  if (again || !existsSync(kept('machine'))) {
    mkdirSync(cache, { recursive: true })
    const frames = mkdtempSync(join(tmpdir(), 'hindsight-bench-frames-'))
    try {
      const colour = ['-vf', 'scale=in_color_matrix=bt709']
      execFileSync('ffmpeg', ['-v', 'error', '-i', clip, ...colour, '-vsync', '0', join(frames, 'frame_%04d.png')])
      const job = {
        clip: truth.clip,
        footage: join(frames, 'frame_0001.png'),
        frames: truth.frame_count,
        sensor_width_mm: truth.sensor_width_mm,
        start_focal_mm: (startFocalFactor * meanFocal(truth) * truth.sensor_width_mm) / truth.width,
        tripod: truth.camera_moves === 'rotation',
        radial: truth.distortion.model !== 'none',
        refill,
        tracks_out: kept('tracks'),
        result_out: kept('result'),
      }
      writeFileSync(join(frames, 'job.json'), JSON.stringify(job))
      const before = processorSeconds()
      const started = performance.now()
      const args = ['-b', '--factory-startup', '--python-exit-code', '1', '--python', script, '--']
      // Its solver complains of every point behind a camera while it searches: shown only when it fails.
      execFileSync('blender', [...args, join(frames, 'job.json')], { stdio: 'pipe', maxBuffer: 2 ** 30 })
      const own = (JSON.parse(readFileSync(kept('result'), 'utf8')) as PeerResult).process_cpu_s
      const all = ((performance.now() - started) / 1000) * availableParallelism()
      const after = processorSeconds()
      const others = before === null || after === null ? null : Math.max(0, (after - before - own) / all)
      writeFileSync(kept('machine'), JSON.stringify({ othersBusy: others }))
    } finally {
      rmSync(frames, { recursive: true })
    }
  }
  const read = (what: string): unknown => JSON.parse(readFileSync(kept(what), 'utf8'))
  const { othersBusy } = read('machine') as { othersBusy: number | null }
  return { tracks: read('tracks') as PeerTracks, result: read('result') as PeerResult, othersBusy }
}

/** Busy seconds of all processors since the machine started; null where the system does not say. */
export function processorSeconds(): number | null {
  if (!existsSync('/proc/stat')) return null
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? []
  return (user + nice + system + irq + softirq) / 100
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cache: { type: 'string', default: defaultCache },
      tracks: { type: 'string' },
      again: { type: 'boolean', default: false },
      refill: { type: 'boolean', default: false },
    },
  })
  for (const clip of positionals) {
    const { tracks, result, othersBusy } = blenderPeer(clip, values)
    if (values.tracks) {
      mkdirSync(values.tracks, { recursive: true })
      writeFileSync(join(values.tracks, `${tracks.clip}.tracks.json`), JSON.stringify(tracks))
    }
    const px = (s: PeerSolve | null) => (s === null ? '-' : (s.why ?? `${s.error_px.toFixed(3)} px`))
    const busy = othersBusy === null ? 'unknown' : `${Math.round(100 * othersBusy)} %`
    const line = `${tracks.aliveAtEnd} of ${tracks.tracks.length} alive, track ${tracks.times.track.wall_s} s`
    console.log(`${tracks.clip}: ${line}; ${px(result.first_solve)}, clean ${px(result.after_clean)}; others ${busy}`)
  }
}
