/** What a learner logged of its choices, read back from what was recorded: sessions may come from anywhere. */
import { isJsonObject, type JsonObject } from '#core/json.ts'
import type { Configuration } from '#core/learnable.ts'
import type { Decision } from '#learn/choice/anchored.ts'
import type { Role } from '#learn/choice/arms.ts'

const roles: ReadonlySet<unknown> = new Set<Role>(['default', 'control', 'wanted', 'probe', 'replay'])

/** null where no learner chose, or what it wrote cannot be read. */
export function decisionIn(json: JsonObject | null): Pick<Decision, 'role' | 'key' | 'expected' | 'coin'> | null {
  if (json === null) return null
  const { role, key, expected, coin } = json
  if (!roles.has(role) || typeof key !== 'string' || typeof expected !== 'number') return null
  return { role: role as Role, key, expected, coin: coinIn(coin) }
}

/** All that is needed to learn from it: null where it was not written whole. */
export function wholeDecision(json: JsonObject | null): Decision | null {
  const said = decisionIn(json)
  const { settings, levels, clip, charge, candidates } = json ?? {}
  const isWhole = settings !== undefined && isJsonObject(settings) && areTexts(levels) && areTexts(candidates)
  if (said === null || !isWhole || (charge !== 0 && charge !== 1)) return null
  return {
    ...said,
    settings: settings as Configuration,
    levels,
    clip: typeof clip === 'string' ? clip : null,
    charge,
    candidates,
  }
}

const areTexts = (json: unknown): json is readonly string[] =>
  Array.isArray(json) && json.every((text) => typeof text === 'string')

function coinIn(json: JsonObject[string] | undefined): Decision['coin'] {
  if (json === undefined || !isJsonObject(json)) return null
  const { of, key, chance, promised } = json
  const isCoin = (of === 'wanted' || of === 'replay') && typeof key === 'string'
  if (!isCoin || typeof chance !== 'number' || !(chance > 0 && chance < 1)) return null
  return { of, key, chance, promised: typeof promised === 'number' ? promised : 0 }
}

/** What the choice fell on was really run; what a race picked is what it fell on. */
export const wasUsed = (
  decision: Pick<Decision, 'key'>,
  { key, raced }: { readonly key: string; readonly raced: boolean },
): boolean => raced || decision.key === key
