/** What a person allows to be recorded, once and for all. */
import { isJsonObject } from '#core/json.ts'
import type { Engine } from './engine.ts'

export interface Preferences {
  /** Record what is tracked. */
  readonly recordSessions: boolean
  /** Record what is changed by hand, to learn from it. */
  readonly recordEdits: boolean
}

const name = 'recording'

export async function readPreferences({ store }: Pick<Engine, 'store'>): Promise<Preferences> {
  const kept = await store.preference(name)
  const { recordSessions, recordEdits } = isJsonObject(kept) ? kept : {}
  return { recordSessions: recordSessions !== false, recordEdits: recordEdits !== false }
}

export async function writePreferences({ store }: Pick<Engine, 'store'>, preferences: Preferences): Promise<void> {
  await store.setPreference(name, { ...preferences })
}
