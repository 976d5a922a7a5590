/** The choosing side of the camera domain: which settings an attempt may begin with, and what speaks for them. */
import { fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import type { Configuration, Learnable } from '#core/learnable.ts'
import type { EngineName } from '../engines/engine.ts'
import { learnedPolicyName } from '../policies/policies.ts'
import type { Situation, TrackingChoice } from '../policies/policy.ts'
import type { CameraContext } from '../session.ts'
import { regionSpace } from './by-region.ts'
import { candidates } from './candidates.ts'
import { clipOf, type Known, knownLive, knownOf } from './known.ts'
import { levelsOf } from './levels.ts'
import { baseOf, candidateNamed, choiceOf, spaceOf } from './naming.ts'

/** For a run that begins. What comes of it is bent by what the person said of the footage, like any policy's choice. */
export const createCameraLearnable = (engine: EngineName): Learnable<Situation, TrackingChoice> =>
  learnableBy(
    (situation: Situation) => ({ ...knownLive(situation), learnedFor: engine }),
    (configuration, known) => choiceOf(configuration, known),
  )

/**
 * For the context of a session: what would be chosen if the clip were run again. Its methods throw settings.invalid for a
 * context without the size of the picture.
 */
export const createContextLearnable = (engine: EngineName): Learnable<JsonObject, Configuration> =>
  learnableBy(
    (context: JsonObject) => {
      const known = knownOf(context as CameraContext, engine)
      if (known !== null) return known
      throw fault('settings.invalid', {
        expected: 'the width and height of the picture, pixels',
        found: 'none',
        where: 'context.widthPx',
      })
    },
    (configuration) => configuration,
  )

function learnableBy<From, Settings>(
  knowing: (from: From) => Known,
  settings: (configuration: Configuration, known: Known) => Settings,
): Learnable<From, Settings> {
  return {
    name: learnedPolicyName,
    about: 'what did best on footage like this, held against the defaults',
    levels: (from) => levelsOf(knowing(from)),
    clip: (from) => clipOf(knowing(from)),
    space(from) {
      const known = knowing(from)
      // Other engines know nothing of parts of the picture.
      return known.learnedFor === 'embedded' ? { ...spaceOf(known), ...regionSpace } : spaceOf(known)
    },
    base: (from) => baseOf(knowing(from)),
    candidates(from) {
      const known = knowing(from)
      return candidates(baseOf(known), spaceOf(known))
    },
    named: (key, from) => candidateNamed(key, knowing(from)),
    settings: (configuration, from) => settings(configuration, knowing(from)),
  }
}
