/** An edit is what a person (or a program on a person's behalf) said or changed after a session: appended, never a change. */
import type { Json } from './json.ts'

export interface Edit {
  readonly id: string
  /** null only for imported edits whose session could not be told; they are kept and counted, and belong to no sample. */
  readonly session: string | null
  readonly project: string
  /** When it was made, UTC. */
  readonly at: string
  /** Who made it: a pseudonym. */
  readonly principal: string
  /**
   * What sort of edit. Every domain knows `rating`, `note`, `tag`, `accept`, `reject`; a domain adds its own, prefixed by its name
   * (`camera.behavior`, `gui.annotation`).
   */
  readonly kind: string
  readonly before: Json
  readonly after: Json
  readonly reason: string | null
}
