/** The models that are trained, what each is for, what it must beat, and from how many rows on it is worth a try. */

export const modelNames = ['settings', 'dead-zones', 'track-quality', 'failure-frame'] as const
export type ModelName = (typeof modelNames)[number]

export interface ModelKind {
  readonly name: ModelName
  /** A sentence. */
  readonly about: string
  /** What it must beat on clips it has not seen, in words. */
  readonly baseline: string
  /** What it does where it acts, a sentence. */
  readonly acts: string
  /** Rows that are kept in memory at most, drawn evenly from all. */
  readonly mostRows: number
  /** With fewer rows or clips nothing is fitted. */
  readonly fewestRows: number
  readonly fewestClips: number
}

export const modelKinds: Readonly<Record<ModelName, ModelKind>> = {
  settings: {
    name: 'settings',
    about: 'Foretells what settings would bring on a clip, from what is known of it before.',
    baseline: 'the same trees without the settings',
    acts: 'proposes settings, which are tried like any others and must earn their evidence',
    mostRows: 20_000,
    fewestRows: 30,
    fewestClips: 8,
  },
  'dead-zones': {
    name: 'dead-zones',
    about: 'Tells before tracking in which parts of the picture tracks will come to nothing.',
    baseline: 'how often that part of the picture is dead',
    acts: 'keeps points out of parts that are most likely dead',
    mostRows: 50_000,
    fewestRows: 60,
    fewestClips: 8,
  },
  'track-quality': {
    name: 'track-quality',
    about: 'Tells which tracks of a run a person would take out.',
    baseline: "the track's error alone",
    acts: 'proposes a clean-up, which a person accepts or leaves',
    mostRows: 50_000,
    fewestRows: 60,
    fewestClips: 8,
  },
  'failure-frame': {
    name: 'failure-frame',
    about: 'Tells how long a track will still be there, from how it has moved so far.',
    baseline: 'how long tracks of its age usually last',
    acts: 'places new points before tracks are lost, and says when they were expected to be',
    mostRows: 2_000,
    fewestRows: 100,
    fewestClips: 8,
  },
}

export const isModelName = (name: string): name is ModelName => modelNames.some((known) => known === name)
