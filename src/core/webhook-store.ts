/**
 * The seam to webhooks: who wants to be told of what, and what has still to be told. Deliveries are made in the transaction of
 * what they tell of, so that none is missing after a crash.
 */
import type { JsonObject } from './json.ts'

export const webhookEvents = ['sessions.recorded', 'version.created', 'job.finished'] as const
export type WebhookEvent = (typeof webhookEvents)[number]

export interface Webhook {
  readonly id: string
  readonly url: string
  /** Whether its owner allowed that its host is one of this machine or network. */
  readonly internal: boolean
  /** null = all projects. */
  readonly project: string | null
  readonly events: readonly WebhookEvent[]
  readonly createdAt: string
  /** null while it works. */
  readonly disabled: { readonly at: string; readonly why: string } | null
}

export type DeliveryState = 'waiting' | 'sent' | 'failed'

/** One thing that is told, as its log shows it. */
export interface Delivery {
  readonly id: string
  readonly webhook: string
  readonly event: WebhookEvent | 'test'
  readonly at: string
  readonly state: DeliveryState
  readonly attempts: number
  /** When it is tried next; null when it is over. */
  readonly nextAt: string | null
  readonly endedAt: string | null
  /** HTTP status of the last answer; null when none came. */
  readonly status: number | null
  /** Why the last attempt failed. */
  readonly said: string | null
}

/** A delivery that is this process's to send now. */
export interface DueDelivery {
  readonly id: string
  readonly event: Delivery['event']
  readonly at: string
  readonly attempts: number
  readonly url: string
  readonly internal: boolean
  readonly secret: string
  readonly project: string | null
  /** What is told. Sessions are looked up when it is sent: what was erased meanwhile is not in it. */
  readonly about: JsonObject
}

/** How an attempt ended. */
export interface DeliveryEnd {
  readonly ok: boolean
  readonly status: number | null
  readonly said: string | null
  /** When to try again; null = not any more. */
  readonly nextAtMs: number | null
  /** Why the webhook is disabled by this; null = it is not. */
  readonly disable: string | null
}

export interface WebhookStore {
  add(webhook: Omit<Webhook, 'createdAt' | 'disabled'>, secret: string): Promise<Webhook>
  list(): Promise<readonly Webhook[]>
  get(id: string): Promise<Webhook | null>
  /** With its log. @returns whether there was one */
  remove(id: string): Promise<boolean>
  /** What waits is tried at once. @returns whether there is one */
  enable(id: string): Promise<boolean>
  /** Something to tell one webhook, whatever it wants to hear. @returns its id */
  tell(id: string, delivery: string, about: JsonObject): Promise<void>
  /** Makes deliveries of sessions that came in since; those of a webhook that could not be told of earlier ones wait. */
  gather(): Promise<void>
  /** Takes the oldest that is due, for `leaseMs`; two callers never get the same. */
  claim(leaseMs: number): Promise<DueDelivery | null>
  settle(delivery: string, end: DeliveryEnd): Promise<void>
  /** Newest first. */
  log(id: string, limit: number): Promise<readonly Delivery[]>
}
