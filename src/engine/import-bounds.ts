/** Keeps an import by somebody who is bound to a project inside of it: its sessions, and the bytes that it brings itself. */
import type { Edit } from '#core/edit.ts'
import { fault } from '#core/faults.ts'
import type { Intake } from '#core/layout.ts'
import type { SessionRow } from '#core/store.ts'
import type { Engine } from './engine.ts'
import { requireOwnMedia } from './own-project.ts'

export class ImportBounds {
  readonly #engine: Engine
  /** null = whoever imports may see all projects. */
  readonly #own: string | null
  readonly #brought = new Set<string>()

  constructor(engine: Engine, own: string | null) {
    this.#engine = engine
    this.#own = own
  }

  /** An intake that remembers what it brings. */
  watch(intake: Intake): Intake {
    if (this.#own === null) return intake
    return {
      ...intake,
      media: async (...given) => {
        const ref = await intake.media(...given)
        this.#brought.add(ref.sha256)
        return ref
      },
    }
  }

  /** @throws session.media for bytes that neither the import brings nor the project has */
  admitSession({ id, media }: SessionRow): Promise<void> {
    return requireOwnMedia(this.#engine, this.#own, { id, media: media.filter((sha256) => !this.#brought.has(sha256)) })
  }

  /** @throws session.unknown for an edit of another project's session */
  async admitEdit({ session }: Edit): Promise<void> {
    if (this.#own === null || session === null) return
    if ((await this.#engine.store.catalog.summary(session))?.project === this.#own) return
    throw fault('session.unknown', { expected: 'the id of a recorded session', found: session })
  }
}
