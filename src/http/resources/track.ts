import type { Handler, Handlers } from '../handler.ts'
import { trackRoutes } from '../track-contract.ts'
import { clipHandlers } from './clips.ts'

type Keys = keyof typeof trackRoutes

const later = (): never => {
  throw new Error('this route has no handler in this build')
}

export const trackHandlers = Object.fromEntries(
  Object.keys(trackRoutes)
    .filter((key) => !Object.hasOwn(clipHandlers, key))
    .map((key) => [key, later satisfies Handler<never>]),
) as unknown as Handlers<Exclude<Keys, keyof typeof clipHandlers>>
