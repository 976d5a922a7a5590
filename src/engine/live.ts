/** How a tracking job stands, told from the thread that runs it to whoever watches, by a file that is replaced as a whole. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Progress } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Choice } from '#core/policy.ts'
import type { EngineStep } from '#domains/camera/engines/engine.ts'
import type { AttemptSettings, Phase } from '#domains/camera/pipeline/attempt.ts'
import type { PipelineObserver } from '#domains/camera/pipeline/observer.ts'
import type { Engine } from './engine.ts'
import { liveFile } from './track-files.ts'

export interface Live {
  readonly phase: Phase
  /** 0 is the first try. */
  readonly retry: number
  /** The frame that was looked at last; null outside tracking. */
  readonly frame: number | null
  readonly done: number
  readonly total: number | null
  readonly note: string | null
  /** Seen so far, in this attempt. */
  readonly tracks: number
  readonly alive: number
  /** Id, x and y of the tracks that are alive in `frame`, in pixels. */
  readonly points: readonly (readonly [number, number, number])[]
  /** How many tracks ended so far, by reason. */
  readonly ended: Readonly<Record<string, number>>
  readonly settings: Readonly<Record<string, string | number | boolean>> | null
  /** Why these settings. */
  readonly reason: string | null
  readonly warning: string | null
}

/** At most six times a second. */
const writeMs = 170

/** Watches a pipeline, and writes down how it stands. */
export class LiveWriter implements PipelineObserver {
  readonly #path: string
  readonly #now: () => number
  #writtenMs = -Infinity
  #live: Live = {
    phase: 'probe',
    retry: 0,
    frame: null,
    done: 0,
    total: null,
    note: null,
    tracks: 0,
    alive: 0,
    points: [],
    ended: {},
    settings: null,
    reason: null,
    warning: null,
  }
  #seen = new Set<number>()
  /** By track: a track may end on both of its sides. */
  #ends = new Map<number, string>()

  constructor(path: string, now: () => number) {
    this.#path = path
    this.#now = now
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#write()
  }

  phase(phase: Phase, retry: number): void {
    this.#change({ phase, retry, frame: null, alive: 0, points: [], done: 0, total: null, note: null })
    this.#write()
  }

  attemptBegins(retry: number, { settings, reason }: Choice<AttemptSettings>): void {
    this.#seen = new Set()
    this.#ends = new Map()
    this.#change({ retry, tracks: 0, ended: {}, settings: figuresOf(settings), reason })
    this.#write()
  }

  step({ frame, alive, live, ended }: EngineStep, settings: AttemptSettings): void {
    for (const { track } of live) this.#seen.add(track)
    for (const { track, reason } of ended) if (reason !== 'range-end') this.#ends.set(track, reason)
    // What follows costs time for each track.
    if (!this.#isDue()) return
    const points = live.map(({ track, x, y }) => [track, tenth(x), tenth(y)] as const)
    const tracks = this.#seen.size
    this.#change({ frame, alive, points, tracks, ended: tally(this.#ends.values()), settings: figuresOf(settings) })
    this.#write()
  }

  progress({ done, total, note }: Progress): void {
    this.#change({ done, total, note })
    if (this.#isDue()) this.#write()
  }

  warn(message: string): void {
    this.#change({ warning: message })
    this.#write()
  }

  /** Writes what was held back. */
  end(): void {
    this.#write()
  }

  #change(part: Partial<Live>): void {
    this.#live = { ...this.#live, ...part }
  }

  #isDue(): boolean {
    return this.#now() - this.#writtenMs >= writeMs
  }

  /** Not worth a fault: nobody may be watching, and the disk may be full. */
  #write(): void {
    this.#writtenMs = this.#now()
    try {
      const part = `${this.#path}.part`
      writeFileSync(part, JSON.stringify(this.#live), { mode: 0o600 })
      renameSync(part, this.#path)
    } catch {
      // The next one may succeed.
    }
  }
}

const tenth = (value: number) => Math.round(10 * value) / 10

const figuresOf = ({ tracker, corners, regions = {} }: AttemptSettings): Live['settings'] => {
  const parts = Object.entries(regions).map(([region, own]) => {
    const others = Object.entries(own).filter(([name, value]) => value !== tracker[name as keyof typeof tracker])
    return `${region.replace('-', ' ')}: ${others.map(([name, value]) => `${name} ${value}`).join(', ')}`
  })
  return { ...tracker, ...corners, ...(parts.length === 0 ? {} : { byRegion: parts.join('; ') }) }
}

function tally(reasons: Iterable<string>): Live['ended'] {
  const counts: Record<string, number> = {}
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

const lookMs = 100
/** How often the job itself is looked at. */
const looksPerJob = 3

/**
 * How a job stands, each time that changed, until it ends.
 *
 * @throws job.unknown
 */
export async function* watchLive(
  { store, dataDir }: Engine,
  id: string,
  signal: Context['signal'],
): AsyncGenerator<Live> {
  const path = liveFile(dataDir, id)
  let last = ''
  for (let look = 0; !signal.aborted; look++) {
    // The job first: what it wrote before it ended is then read below.
    const job = look % looksPerJob === 0 ? await store.jobs.get(id) : undefined
    if (job === null) throw fault('job.unknown', { expected: 'the id of a job', found: id })
    const stamp = await stat(path).then(
      ({ mtimeMs, ino }) => `${mtimeMs} ${ino}`,
      () => last,
    )
    if (stamp !== last) {
      last = stamp
      yield JSON.parse(await readFile(path, 'utf8')) as Live
    }
    if (job && job.finishedAt !== null) return
    await sleep(lookMs, undefined, { ref: false })
  }
}
