/** What a person allows to be recorded and learned from, once and for all. */
import { isJsonObject, type JsonObject } from '#core/json.ts'
import type { Engine } from './engine.ts'

export interface Preferences {
  /** Record what is tracked. */
  readonly recordSessions: boolean
  /** Record what is changed by hand, to learn from it. */
  readonly recordEdits: boolean
  /** Learn from sessions, and use what was learned. */
  readonly learnFromSessions: boolean
  /** Count what people did to a result as part of what came of it. */
  readonly learnFromEdits: boolean
  /** Count what others recorded, within its cap. Takes hold at once: what was learned from imports is not looked at. */
  readonly learnFromImports: boolean
}

const name = 'recording'

const allOn: Preferences = {
  recordSessions: true,
  recordEdits: true,
  learnFromSessions: true,
  learnFromEdits: true,
  learnFromImports: true,
}

export async function readPreferences({ store }: Pick<Engine, 'store'>): Promise<Preferences> {
  const kept = await store.preference(name)
  const said = isJsonObject(kept) ? kept : {}
  return Object.fromEntries(Object.keys(allOn).map((key) => [key, said[key] !== false])) as Record<
    keyof Preferences,
    boolean
  >
}

type Given = { readonly [K in keyof Preferences]?: Preferences[K] | undefined }

/** Changes those that are given. */
export async function writePreferences(engine: Pick<Engine, 'store'>, given: Given): Promise<void> {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as JsonObject
  for (;;) {
    const before = await engine.store.preference(name)
    const after = { ...(isJsonObject(before) ? before : {}), ...said }
    // Where somebody threw another switch meanwhile, both are thrown.
    if (await engine.store.swapPreference(name, before, after)) return
  }
}
