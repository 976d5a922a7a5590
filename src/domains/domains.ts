/** The kinds of run that are recorded: the whole list. */
import type { Domain } from '#core/domain.ts'
import { brief, fault } from '#core/faults.ts'
import type { Layout } from '#core/layout.ts'
import type { DomainName } from '#core/session.ts'
import { camera } from './camera/camera.ts'
import { gui } from './gui/gui.ts'
import { images } from './images/images.ts'

export const domains: readonly Domain[] = [camera, images, gui]

/** @throws session.domain */
export function domainByName(name: unknown): Domain {
  const found = domains.find((domain) => domain.name === name)
  if (found) return found
  throw fault('session.domain', { expected: domains.map((domain) => domain.name).join(', '), found: brief(name) })
}

/** Every layout of every source system. */
export const layouts: readonly Layout[] = domains.flatMap((domain) => domain.layouts)

export type { DomainName }
