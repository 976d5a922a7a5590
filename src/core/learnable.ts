/**
 * What a domain tells of itself so that its settings can be learned: which there are, what is known before they are chosen,
 * and what a session says of them. Whoever learns knows no domain beyond this.
 */
import type { Edit } from './edit.ts'
import type { JsonObject } from './json.ts'
import type { AnySession, DomainName } from './session.ts'
import type { SettingsSpace } from './settings-space.ts'
import type { LearnedRow } from './learned-store.ts'

/** Settings as a learner sees them: named numbers and words within a settings space. */
export type Configuration = Readonly<Record<string, number | string>>

/** Something that may be chosen, under the name by which evidence is kept. */
export interface Candidate {
  /**
   * The same wherever the setting means the same: evidence of one clip counts for another by it. A domain whose settings
   * grow with the picture names them by what they are at one size.
   */
  readonly key: string
  readonly settings: Configuration
  /** Share of all trials that it gets beside those that its evidence earns: there is cause to think it good. Absent: none. */
  readonly trialShare?: number
}

/** The name of what is used when nothing is learned, whatever its values are in a situation. */
export const defaultKey = 'default'

const furtherPrefix = 'further/'
/** The group in which is kept what settings add, on footage of a level, as further tries at a clip. */
export const furtherGroup = (level: string): string => `${furtherPrefix}${level}`
export const isFurther = (group: string): boolean => group.startsWith(furtherPrefix)

/** What is known of a situation before settings are chosen; null: not known. */
export type Features = Readonly<Record<string, number | string | null>>

export type Feature =
  | { readonly name: string; readonly type: 'number'; readonly range: number; readonly weight: number }
  | { readonly name: string; readonly type: 'word'; readonly weight: number }

/** The choosing side of a domain. */
export interface Learnable<Situation, Settings> {
  readonly name: string
  readonly about: string
  /** Keys of the levels, from this input alone to everything. The first is the input itself, if it is known. */
  levels(situation: Situation): readonly string[]
  /** Identity of the input; null when it has none, and nothing is replayed. */
  clip(situation: Situation): string | null
  space(situation: Situation): SettingsSpace
  /** What is used when nothing is learned. */
  base(situation: Situation): Configuration
  /** What may be tried in its place. Those that are not legal here are made so, or left out. */
  candidates(situation: Situation): readonly Candidate[]
  /**
   * What a name stands for that is in no such list: settings of a person or a stranger, which may be tried in turn once they
   * have evidence. null: no such name. Absent: there are none but those in the list.
   */
  named?(key: string, situation: Situation): Candidate | null
  settings(configuration: Configuration, situation: Situation): Settings
}

/** What one recorded session says of the settings that it used. */
export interface Experience {
  readonly session: string
  /** As `Learnable.levels` gives them for the same situation. */
  readonly levels: readonly string[]
  readonly clip: string | null
  readonly features: Features
  /** What was really used, and its key; the default's where it was the default. */
  readonly used: Candidate
  /** 0 worst to 1 best. */
  readonly value: number
  /** What each part brought: these sum to the value. */
  readonly parts: Readonly<Record<string, number>>
  /** What it says of parts of its input that have settings of their own: a screen's elements. Absent: nothing. */
  readonly within?: readonly PartExperience[]
  /** What is shown over time beside the value, in its own unit ("heldOutErrorPx", "survival"); null: not measured. */
  readonly figures?: Readonly<Record<string, number | null>>
  /** A retry is remembered for its clip only. */
  readonly firstTry: boolean
  /** Its result was kept rather than that of another attempt of its run. */
  readonly kept: boolean
  /** Whether a person set some of the settings. */
  readonly byPerson: boolean
  /** As recorded with the session, if a learner chose. */
  readonly decision: JsonObject | null
}

/** A part of a session's input, with the settings that it was met with. */
export interface PartExperience {
  /** As `Learnable.levels` gives them for a situation that is about the part; none of the session's own. */
  readonly levels: readonly string[]
  readonly key: string
  /** 0 worst to 1 best. */
  readonly value: number
}

/** Why a session teaches a learner nothing. Counted by these, so that nothing is passed over in silence. */
export const passReasons = {
  'other-engine': 'made by another engine, whose settings mean something else',
  'no-outcome': 'it does not say what came of it',
  cancelled: 'it was stopped',
  'program-fault': 'it ended by a fault of the program, the disk or the file, which settings do not cause',
  'no-settings': 'it does not say what it used',
  'illegal-settings': 'its settings are outside of what may be chosen',
  'no-input': 'it does not say what it was given: the size of the picture, what was asked',
  'by-hand': 'what it ended with was made by hand, not by its settings',
} as const
export type PassReason = keyof typeof passReasons

export interface PassedOver {
  readonly passedOver: PassReason
}

export const isExperience = (said: Experience | PassedOver): said is Experience => !('passedOver' in said)

/** The learning side of a domain: one for each thing whose settings are kept apart. */
export interface Lessons {
  /** "camera/embedded": under this name it is kept, shown and reset. */
  readonly name: string
  readonly domain: DomainName
  readonly about: string
  readonly features: readonly Feature[]
  /** Words for a level's key, for people: "HD at 30 frames a second, fast motion". */
  levelInWords(level: string): string
  /** Words for a candidate's key: "pattern 21, search 91, Affine". */
  candidateInWords(key: string): string
  /** @param edits of the session, oldest first */
  experienceOf(session: AnySession, edits: readonly Edit[]): Experience | PassedOver
  /** What a session's context, as it is recorded, says before settings are chosen. Its features are those of `experienceOf`. */
  featuresOf(context: JsonObject): Features
  /** The choosing side over the context of a session as it is recorded: for questions that no run asks. */
  readonly choosing: Learnable<JsonObject, Configuration>
  /**
   * What a document that came with an import says of settings ("autosolve/model.json"): like sessions of that import, whose
   * ids are made of the document. Absent: no document says anything.
   */
  experiencesIn?(document: string, text: string): readonly Experience[]
  /** What came of sessions that were run before this version was given out: evidence to begin with, and to return to. */
  readonly shipped: readonly LearnedRow[]
  /** What is recommended before the first session by those, and why, in a sentence. Absent: there were none. */
  readonly shippedInWords?: string
}
