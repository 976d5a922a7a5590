/** What the models learn from: one pass over all camera sessions, oldest first, with a bounded number of rows kept of each kind. */
import type { Context } from '#core/context.ts'
import type { Edit } from '#core/edit.ts'
import { Fault } from '#core/faults.ts'
import { isExperience } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import type { AnySession } from '#core/session.ts'
import { asCamera, groupOf, isEditedByHand } from '#domains/camera/classes.ts'
import { deadZoneExamples, deadZoneFeatureNames } from '#domains/camera/learning/examples/dead-zone-examples.ts'
import type { Example } from '#domains/camera/learning/examples/example.ts'
import { type RegionFinding, RegionTally } from '#domains/camera/learning/examples/region-findings.ts'
import { settingsExample, settingsFeatureNames } from '#domains/camera/learning/examples/settings-examples.ts'
import { trackExamples, trackFeatureNames } from '#domains/camera/learning/examples/track-examples.ts'
import { type Life, signalNames, trackLives } from '#domains/camera/learning/examples/track-lives.ts'
import type { Engine } from '../engine.ts'
import { readSession } from '../read.ts'
import { readTracksOf } from '../track-files.ts'
import { lessonsByName } from './learners.ts'
import { ArmTally, type LiveArms } from './live-arms.ts'
import { modelKinds, type ModelName } from './model-kinds.ts'
import { lifeSet, rowSet, Sample, type TrainingSet } from './rows.ts'

export interface Gathered {
  readonly sets: Readonly<Record<ModelName, TrainingSet>>
  /** How many rows there were of each, kept or not. */
  readonly seen: Readonly<Record<ModelName, number>>
  readonly findings: readonly RegionFinding[]
  /** How sessions came out with and without what models had to say. */
  readonly arms: LiveArms
  readonly sessions: number
  readonly edits: number
  readonly clips: number
  /** When the first session of each clip was recorded, Unix milliseconds. */
  readonly firstSeen: ReadonlyMap<string, number>
  /** Sessions whose full tracks could not be read. */
  readonly withoutTracks: number
}

export interface GatherOptions {
  readonly seed: number
  /** Whether sessions that came with imports are learned from. */
  readonly imports: boolean
  /** Whether what people did afterwards is learned from. */
  readonly edits: boolean
}

/** Settings of another engine mean something else, and so would what they bring. */
const engineLearned = 'camera/embedded'

/** @throws the reason of the signal */
export async function gather(engine: Engine, options: GatherOptions, ctx: Context): Promise<Gathered> {
  const gatherer = new Gatherer(engine, options.seed)
  for await (const stored of engine.store.catalog.scan({ domain: 'camera' })) {
    ctx.signal.throwIfAborted()
    const session = readSession(stored)
    const isForeign = session.contributor !== null || (await engine.store.catalog.importOf(stored.id)) !== null
    if (isForeign && !options.imports) continue
    const edits = options.edits ? await engine.store.catalog.edits(stored.id) : []
    await gatherer.add(session, edits, isForeign)
    ctx.progress({ done: gatherer.sessions, total: null, unit: 'sessions', note: 'reading what was recorded' })
  }
  return gatherer.gathered()
}

class Gatherer {
  readonly #engine: Engine
  readonly #settings: Sample<Example>
  readonly #deadZones: Sample<Example>
  readonly #tracks: Sample<Example>
  readonly #lives: Sample<Life>
  readonly #regions = new RegionTally()
  readonly #clips = new Map<string, number>()
  readonly #arms = new ArmTally()
  sessions = 0
  #edits = 0
  #withoutTracks = 0

  constructor(engine: Engine, seed: number) {
    const sample = <T>(name: ModelName) => new Sample<T>(modelKinds[name].mostRows, seededRng(`rows ${name} ${seed}`))
    this.#engine = engine
    this.#settings = sample('settings')
    this.#deadZones = sample('dead-zones')
    this.#tracks = sample('track-quality')
    this.#lives = sample('failure-frame')
  }

  async add(session: AnySession, edits: readonly Edit[], isForeign: boolean): Promise<void> {
    this.sessions++
    this.#edits += edits.length
    const camera = asCamera(session)
    const clip = groupOf(camera)
    this.#clips.set(clip, Math.min(this.#clips.get(clip) ?? Infinity, Date.parse(session.recordedAt)))
    for (const row of trackExamples(session, edits)) this.#tracks.add(row, clip, isForeign)
    // What a person made of a run has the tracks of that run once more, but for theirs.
    if (isEditedByHand(camera)) return
    this.#regions.add(session, edits)
    const said = lessonsByName(engineLearned).experienceOf(session, edits)
    const example = settingsExample(session, isExperience(said) ? said.value : null)
    if (isExperience(said) && !isForeign) this.#arms.add(session, said.value)
    if (example !== null) this.#settings.add(example, clip, isForeign)
    for (const row of deadZoneExamples(session, edits)) this.#deadZones.add(row, clip, isForeign)
    for (const life of await this.#livesOf(session)) this.#lives.add(life, clip, isForeign)
  }

  async #livesOf(session: AnySession): Promise<readonly Life[]> {
    const { widthPx, heightPx } = asCamera(session).context
    if (!widthPx || !heightPx || !session.media.some(({ role }) => role === 'tracks')) return []
    try {
      const { tracks, removed } = await readTracksOf(this.#engine, session)
      return trackLives([...tracks, ...removed.map(({ track }) => track)], { widthPx, heightPx })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#withoutTracks++
      return []
    }
  }

  gathered(): Gathered {
    return {
      sets: {
        settings: rowSet(settingsFeatureNames, this.#settings),
        'dead-zones': rowSet(deadZoneFeatureNames, this.#deadZones),
        'track-quality': rowSet(trackFeatureNames, this.#tracks),
        'failure-frame': lifeSet(signalNames, this.#lives),
      },
      seen: {
        settings: this.#settings.seen,
        'dead-zones': this.#deadZones.seen,
        'track-quality': this.#tracks.seen,
        'failure-frame': this.#lives.seen,
      },
      findings: this.#regions.findings(),
      arms: this.#arms.arms,
      sessions: this.sessions,
      edits: this.#edits,
      clips: this.#clips.size,
      firstSeen: this.#clips,
      withoutTracks: this.#withoutTracks,
    }
  }
}
