/** What a handler is, and what it may answer with beside JSON. */
import type { z } from 'zod'
import type { Principal } from '#core/principal.ts'
import type { Engine } from '#engine/engine.ts'
import type { Api, Received, RouteKey } from './contract.ts'

export interface Call {
  readonly engine: Engine
  readonly principal: Principal
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: ServerOptions
  /** The route table as OpenAPI. */
  openapi(): Record<string, unknown>
}

export interface ServerOptions {
  readonly host: string
  readonly port: number
  /** Needed to listen on anything but loopback. */
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

type ReplyOf<K extends RouteKey> = Api[K]['reply'] extends z.ZodType
  ? Api[K] extends { readonly verbatim: true }
    ? string
    : z.input<Api[K]['reply']>
  : Api[K]['reply'] extends 'events'
    ? Events
    : Bytes

export type Handler<K extends RouteKey> = (request: Received<K>, call: Call) => Promise<ReplyOf<K>> | ReplyOf<K>
export type Handlers<K extends RouteKey = RouteKey> = { readonly [R in K]: Handler<R> }
