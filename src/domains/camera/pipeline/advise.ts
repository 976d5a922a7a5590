/** What trained models say, as settings of the first attempt; a retry is made without them, in case it was they. */
import type { Choice } from '#core/policy.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { Probe } from '../probe/probe.ts'
import type { Advice } from './advice.ts'
import type { AttemptSettings } from './attempt.ts'
import { frozen } from './frozen.ts'

export function advised(
  choice: Choice<AttemptSettings>,
  advice: Advice | null,
  info: ClipInfo,
  probe: Probe | null,
): Choice<AttemptSettings> {
  const dead = advice?.deadRegions(info, probe) ?? null
  const foresight = advice?.foresight(info) ?? null
  const models = [dead, foresight].flatMap((said) => said?.use ?? [])
  if (models.length === 0) return choice
  const avoidRegions = dead?.use.used === true ? dead.regions : []
  const reason = [choice.reason, ...models.filter(({ used }) => used).map((use) => use.reason)].join('; ')
  return frozen({ ...choice, reason, settings: { ...choice.settings, avoidRegions, models } })
}

/** Also without settings of parts of the picture, which were learned as well. */
export function withoutAdvice(settings: AttemptSettings): AttemptSettings {
  const { models, regions, ...own } = settings
  if (models === undefined) return regions === undefined ? settings : own
  return { ...own, avoidRegions: [] }
}
