/** A layout is how a source system keeps its own sessions on disk: read when people bring data, written when they take it back. */
import type { Context } from './context.ts'
import type { Edit } from './edit.ts'
import type { Fault } from './faults.ts'
import type { MediaReader, Sink, Source } from './io.ts'
import type { JsonObject } from './json.ts'
import type { OptionTable } from './options.ts'
import type { Match, WriteReport } from './report.ts'
import type { AnySession, DomainName, MediaRef } from './session.ts'

/** What reading yields, in the order found. */
export type Imported =
  | {
      readonly type: 'session'
      readonly session: JsonObject
      readonly where: string
    }
  | { readonly type: 'edit'; readonly edit: Edit; readonly where: string }
  /** A document of the source that is no session (its learned model, its statistics): kept by name, as it came. */
  | {
      readonly type: 'document'
      readonly name: string
      readonly text: string
      readonly where: string
    }
  /** A record that cannot be read; the rest goes on. */
  | { readonly type: 'problem'; readonly fault: Fault; readonly where: string }

/** What a reader may ask of whoever imports. */
export interface Intake {
  readonly project: string
  /**
   * Stores a file of the source, or bytes that lay inside one, as a blob by its content; throws image.* faults when
   * `picture` and it is none.
   */
  media(file: string | Uint8Array, role: string, options?: { readonly picture?: boolean }): Promise<MediaRef>
  /** The pseudonym for a person named in the source: keyed, the same for the same name on this installation. */
  pseudonym(name: string): string
}

export interface SessionWithEdits {
  readonly session: AnySession
  readonly edits: readonly Edit[]
}

/** What is written besides the sessions. */
export interface LayoutExtras {
  /** Documents kept at import, by name. */
  readonly documents: Readonly<Record<string, string>>
  /** Whether this session's contributor agreed to be recognisable to others. */
  mayShare(session: AnySession): boolean
  /** A keyed pseudonym, other than the one stored, so that exports cannot be joined to the store. */
  pseudonym(name: string): string
}

export interface Layout {
  /** `autosolve`, `nexvision`, `qontinui`. */
  readonly name: string
  /** null: it holds sessions of any domain. */
  readonly domain: DomainName | null
  readonly about: string
  readonly options: OptionTable
  detect(source: Source): Promise<Match>
  read(source: Source, intake: Intake, ctx: Context): AsyncIterable<Imported>
  write(
    items: AsyncIterable<SessionWithEdits>,
    media: MediaReader,
    sink: Sink,
    options: JsonObject,
    extras: LayoutExtras,
    ctx: Context,
  ): Promise<WriteReport>
}
