/**
 * What people are told of the fields of a session: the field guide (`docs/fields.md`), the descriptions in the published JSON
 * Schemas, and the studio take it from here. A field is named by its path, lists and maps passed through: `telemetry.tracks.jitter`.
 */

export interface FieldWord {
  /** What it is, as half a sentence. */
  readonly about: string
  /** Where its name does not tell: see {@link unitOf}. */
  readonly unit?: string
  /** How it is computed by what Hindsight itself records. */
  readonly formula?: string
  /** What null or absence says, where that is more than "not known". */
  readonly none?: string
}

export type FieldWords = Readonly<Record<string, string | FieldWord>>

/** The same words below a path, for a part that lies in several places. */
export const under = (path: string, words: FieldWords): FieldWords =>
  Object.fromEntries(Object.entries(words).map(([name, word]) => [`${path}.${name}`, word]))

/** Names end in their unit (docs/conventions.md); the longest ending that fits is it. */
const endings: readonly (readonly [RegExp, string])[] = [
  [/(?:AccelerationUv|^accelerationUv)$/, 'share of the picture / frame²'],
  [/(?:[Vv]elocit(?:y|ies)\w*Uv|[Mm]otionAtStartUv|[Mm]otionProfileUv|stepsUv)$/, 'share of the picture / frame'],
  [/Uv$/, 'share of the picture'],
  [/Px$/, 'px'],
  [/Mm$/, 'mm'],
  [/Ms$/, 'ms'],
  [/Deg$/, '°'],
  [/Frames$/, 'frames'],
  [/Frame$|^frame$/, 'frame number'],
  [/[Bb]ytes$/, 'bytes'],
  [/Chars$/, 'characters'],
  [/[a-z]S$/, 's'],
  [/At$|^at$|^stamp$/, 'UTC'],
]

/** @param path of a field. @returns null for a count, a ratio or a word */
export function unitOf(path: string): string | null {
  const name = path.split('.').at(-1) ?? path
  return endings.find(([ending]) => ending.test(name))?.[1] ?? null
}
