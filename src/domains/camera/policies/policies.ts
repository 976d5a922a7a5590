/** The policies that there are, by name; experiments compare them. */
import { fault } from '#core/faults.ts'
import type { EngineName } from '../engines/engine.ts'
import { defaultPolicy } from './defaults.ts'
import { motionClassPolicy } from './motion-class.ts'
import type { TrackingPolicy } from './policy.ts'
import { tiersPolicy } from './tiers.ts'

/** Of the policy that learns: it chooses first tries, where there is a store to learn in, and stands on the best rule. */
export const learnedPolicyName = 'learned'

export const policies: readonly TrackingPolicy[] = [defaultPolicy, motionClassPolicy, tiersPolicy]

/** All that may be asked for. */
export const policyNames: readonly string[] = [learnedPolicyName, ...policies.map(({ name }) => name)]

/** The best there is where nobody asks for another. */
const bestFor: Readonly<Record<EngineName, TrackingPolicy>> = { embedded: defaultPolicy, blender: defaultPolicy }

/**
 * @param name null: the best for the engine
 * @throws track.policy
 */
export function policyFor(engine: EngineName, name: string | null): TrackingPolicy {
  if (name === null || name === learnedPolicyName) return bestFor[engine]
  const found = policies.find((policy) => policy.name === name)
  if (found !== undefined) return found
  throw fault('track.policy', { expected: policyNames.join(', '), found: `"${name}"` })
}
