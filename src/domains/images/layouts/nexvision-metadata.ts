/** The keys of a metadata file: those the app writes, and what may stand beside them. */
import { canonicalJson, type JsonObject } from '#core/json.ts'

/** In the app's own order. */
export const metadataKeys: readonly string[] = [
  'timestamp',
  'instruction',
  'userEmail',
  'originalFilename',
  'reimaginedFilename',
  'originalSize',
  'reimaginedSize',
  'sessionId',
]

export interface OtherKeys {
  /** null when there are none. */
  readonly kept: JsonObject | null
  readonly leftOut: number
}

/** Keys that the app does not write are kept, unless there is a mail address in them: only pseudonyms are stored or given out. */
export function otherKeys(value: JsonObject): OtherKeys {
  const entries = Object.entries(value).filter(([key]) => !metadataKeys.includes(key))
  const kept = entries.filter((entry) => !/[^\s"]@[^\s"]/.test(canonicalJson(entry)))
  return { kept: kept.length === 0 ? null : Object.fromEntries(kept), leftOut: entries.length - kept.length }
}
