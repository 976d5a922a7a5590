/** What a handler is, and what it may answer with beside JSON. */
import type { z } from 'zod'
import type { Figure } from '#core/figures.ts'
import type { Principal } from '#core/principal.ts'
import type { Engine } from '#engine/engine.ts'
import type { SlowDown } from '#engine/people/slow-down.ts'
import type { OpenSignIn } from '#engine/people/sign-in.ts'
import type { Trail } from './audit.ts'
import type { Api, Received, RouteKey } from './contract.ts'

export interface Call {
  readonly engine: Engine
  readonly principal: Principal
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: ServerOptions
  readonly visit: Visit
  /** The route table as OpenAPI. */
  openapi(): Record<string, unknown>
  /** Counts of the requests so far. */
  figures(): readonly Figure[]
}

/** What signing in and out needs of a request. */
export interface Visit {
  readonly address: string
  readonly slowDown: SlowDown
  /** The cookie that let the caller in; null where something else did. */
  readonly cookie: string | null
  readonly signIn: OpenSignIn | null
  /** What the log will say. */
  readonly trail: Trail
  csrfOf(cookie: string): string
  /** Gives the browser a new cookie; null takes away what it has. */
  setSignIn(id: string | null, expiresAtMs: number): void
}

export interface ServerOptions {
  readonly host: string
  readonly port: number
  /** Whether a proxy of ours is in front, whose X-Forwarded headers are true. Nobody is then taken for local. Default false. */
  readonly behindProxy?: boolean
  /** This, or an account, is needed to listen on anything but loopback. */
  readonly token: string | null
  /** Folder of the built studio; null = API only. */
  readonly studioDir: string | null
  /** Project of the old doors. */
  readonly legacyProject: string
}

/** A reply that is not JSON. */
export interface Bytes {
  readonly type: 'bytes'
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status?: number
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | string
}

/** Server-sent events: each value becomes one `data:` line; the stream ends when they do. */
export interface Events {
  readonly type: 'events'
  readonly values: AsyncIterable<unknown>
}

/** The named keys of a type, without an index signature: more keys may always come. */
type NamedKeys<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: T[Key] }

/** Handlers give out values of the engine as they are, and those are readonly. */
type ReadonlyDeep<T> = T extends (infer Item)[]
  ? readonly ReadonlyDeep<Item>[]
  : T extends object
    ? [NamedKeys<T>] extends [never]
      ? object
      : { readonly [Key in NamedKeys<T>]: ReadonlyDeep<T[Key]> }
    : T

type ReplyOf<K extends RouteKey> = Api[K]['reply'] extends z.ZodType
  ? Api[K] extends { readonly verbatim: true }
    ? string
    : ReadonlyDeep<z.input<Api[K]['reply']>>
  : Api[K]['reply'] extends 'events'
    ? Events
    : Bytes

export type Handler<K extends RouteKey> = (request: Received<K>, call: Call) => Promise<ReplyOf<K>> | ReplyOf<K>
export type Handlers<K extends RouteKey = RouteKey> = { readonly [R in K]: Handler<R> }
