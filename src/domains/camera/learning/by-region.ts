/**
 * Settings for parts of the picture: what tracks that begin there are followed with, where a part asks for something else than the
 * rest. How tracks survive in a part is counted for each setting that was used there; what passes the gate there is put together
 * to one candidate for the run as a whole, which must earn its evidence like any other.
 */
import type { Edit } from '#core/edit.ts'
import { isJsonObject } from '#core/json.ts'
import { type Candidate, type Configuration, defaultKey, type PartExperience } from '#core/learnable.ts'
import type { SettingsSpace } from '#core/settings-space.ts'
import type { CameraBehavior } from '../behavior.ts'
import { judgedTracks } from '../recording/regions.ts'
import type { CameraSession } from '../session.ts'
import { type Region, regions } from '../terms.ts'
import { candidateKeys, type Change, changeOf } from './candidates.ts'
import type { Known } from './known.ts'
import { levelsOf, prefixes } from './levels.ts'

/** The default, but for parts of the picture. Which parts, and how, is with the settings. */
export const byRegionKey = 'by-region'

/** Names of settings that a part of the picture may have: none that says how corners are found, which is done in the whole at once. */
const regionKeys: readonly string[] = candidateKeys.filter((key) => changeOf(key)?.threshold === undefined)

/** One dimension for each part: what a candidate says of it, by the name of the change. */
export const regionSpace: SettingsSpace = Object.fromEntries(
  regions.map((region) => [region, { type: 'choice' as const, choices: regionKeys }]),
)

/** The levels of a part of the picture, from footage like this to all. */
export const regionLevels = (known: Known, region: Region): readonly string[] =>
  levelsOf(known)
    .filter((level) => !level.startsWith(prefixes.clip))
    .map((level) => `${prefixes.region}${level}/${region}`)

/** What a configuration says of parts of the picture. */
export function changesByRegion(configuration: Configuration): ReadonlyMap<Region, Change> {
  return new Map(
    regions.flatMap((region) => {
      const change = changeOf(String(configuration[region] ?? defaultKey))
      return change === null || Object.keys(change).length === 0 ? [] : [[region, change] as const]
    }),
  )
}

/**
 * The default with what is wanted in parts of the picture.
 *
 * @param wanted names of settings
 * @returns null where no part wants anything else, or all want the same: that is a setting of the whole picture
 */
export function byRegion(base: Configuration, wanted: ReadonlyMap<Region, string>): Candidate | null {
  const legal = [...wanted].filter(([, key]) => regionKeys.includes(key))
  if (legal.length === 0) return null
  if (legal.length === regions.length && new Set(legal.map(([, key]) => key)).size === 1) return null
  return { key: byRegionKey, settings: { ...base, ...Object.fromEntries(legal) } }
}

/**
 * How tracks survived in each part of the picture, under the name of the setting that they were followed with there. What people
 * took out did not survive, and what they had to add was missing.
 *
 * @param used its settings name the parts that had others
 */
export function regionExperiences(
  { telemetry }: CameraSession,
  known: Known,
  used: Candidate,
  edits: readonly Edit[],
): readonly PartExperience[] {
  const { out, added } = handsOn(edits)
  return regions.flatMap((region) => {
    const { total = null, survived = null } = telemetry?.survival?.regions?.[region] ?? {}
    if (total === null || survived === null || total < judgedTracks) return []
    const key = used.key === byRegionKey ? String(used.settings[region] ?? defaultKey) : used.key
    const [lost, missing] = [out.get(region) ?? 0, added.get(region) ?? 0]
    const value = Math.min(1, Math.max(0, survived - lost) / (total + missing))
    return [{ levels: regionLevels(known, region), key, value }]
  })
}

/** Tracks that people took out and left out, and tracks that they added, by the part of the picture. */
function handsOn(edits: readonly Edit[]) {
  const gone = new Map<string, Region | null>()
  const added = new Map<Region, number>()
  for (const { kind, after } of edits) {
    if (kind !== 'camera.behavior' || !isJsonObject(after)) continue
    const { deletions, disabled, enabled, additions } = after as CameraBehavior
    for (const { track, region } of [...(deletions ?? []), ...(disabled ?? [])])
      if (track) gone.set(track, region ?? null)
    for (const { track } of enabled ?? []) if (track) gone.delete(track)
    for (const { region } of additions ?? []) if (region) added.set(region, (added.get(region) ?? 0) + 1)
  }
  const out = new Map<Region, number>()
  for (const region of gone.values()) if (region !== null) out.set(region, (out.get(region) ?? 0) + 1)
  return { out, added }
}
