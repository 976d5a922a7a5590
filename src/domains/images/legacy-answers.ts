/** The four figures of the image app's own statistics, gathered over its sessions. */
import type { AnySession } from '#core/session.ts'
import { asImages, picture } from './session.ts'

/** The names are the app's. */
export interface StoreImageFigures {
  readonly totalSessions: number
  /** Input and output images. */
  readonly totalImages: number
  /** When the latest session was recorded, UTC; null when there is none. */
  readonly latestSession: string | null
  /** Distinct instructions, to the letter. */
  readonly instructionTypes: number
}

export interface FiguresGatherer {
  /** Sessions may come in any order. */
  add(session: AnySession): void
  figures(): StoreImageFigures
}

export function storeImageFigures(): FiguresGatherer {
  let totalSessions = 0
  let totalImages = 0
  let latestSession: string | null = null
  const instructions = new Set<string>()
  return {
    add(recorded) {
      const session = asImages(recorded)
      totalSessions++
      totalImages += (picture(session, 'input') ? 1 : 0) + (picture(session, 'output') ? 1 : 0)
      instructions.add(session.context.instruction)
      if (latestSession === null || Date.parse(session.recordedAt) > Date.parse(latestSession)) {
        latestSession = session.recordedAt
      }
    },
    figures: () => ({ totalSessions, totalImages, latestSession, instructionTypes: instructions.size }),
  }
}
