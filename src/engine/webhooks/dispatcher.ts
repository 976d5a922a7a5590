/**
 * Sends what webhooks have to be told, in the process that serves. What has to be told is in the store, so a crash loses none
 * of it; a delivery that was under way then is sent again, and has the same id.
 */
import type { DueDelivery } from '#core/webhook-store.ts'
import type { Engine } from '../engine.ts'
import type { Resolve } from './address.ts'
import { type Sent, sendDelivery } from './send.ts'

const minute = 60_000
const hour = 60 * minute
/** How long to wait after each failure: tried for a day and an hour, then given up. */
export const retryMs: readonly number[] = [
  10_000,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  9 * hour,
]
/** Longer than sending may take, so that nobody else takes it meanwhile. */
const leaseMs = minute
const atOnce = 4

export interface Dispatcher {
  /** Sends all that is due now. @returns how many were tried */
  run(): Promise<number>
  close(): Promise<void>
}

export interface DispatcherOptions {
  readonly pollMs?: number
  readonly resolve?: Resolve
  readonly timeoutMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Sends nothing where there is no webhook. */
export function startDispatcher(engine: Engine, options: DispatcherOptions = {}): Dispatcher {
  let closing = false
  let running: Promise<number> = Promise.resolve(0)
  const turn = async (): Promise<number> => {
    await engine.store.webhooks.gather()
    const lanes = Array.from({ length: atOnce }, () => drain(engine, options, () => closing))
    return (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0)
  }
  const run = () => (running = running.then(turn, turn))
  const look = () => {
    // What ails the store shows wherever it is used; the next look comes anyway.
    if (!closing) run().catch(() => undefined)
  }
  const timer = setInterval(look, options.pollMs ?? 2000)
  timer.unref()
  return {
    run,
    async close() {
      closing = true
      clearInterval(timer)
      await running.catch(() => undefined)
    },
  }
}

async function drain(engine: Engine, options: DispatcherOptions, isClosing: () => boolean): Promise<number> {
  const { webhooks } = engine.store
  const now = options.now ?? Date.now
  let tried = 0
  while (!isClosing()) {
    const due = await webhooks.claim(leaseMs)
    if (!due) break
    const sent = isEmpty(due)
      ? { ok: true, status: null, said: null }
      : await sendDelivery(due, {
          userAgent: `Hindsight/${engine.version}`,
          nowMs: now(),
          ...(options.resolve ? { resolve: options.resolve } : {}),
          ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
        })
    await webhooks.settle(due.id, { ...sent, ...afterwards(due, sent, now()) })
    tried++
  }
  return tried
}

/** Every session of it was erased before it was told of. */
const isEmpty = ({ event, about }: DueDelivery): boolean =>
  event === 'sessions.recorded' && Array.isArray(about['sessions']) && about['sessions'].length === 0

function afterwards(due: DueDelivery, { ok, status, said }: Sent, nowMs: number) {
  if (ok) return { nextAtMs: null, disable: null }
  // A test says how it went at once, and changes nothing.
  if (due.event === 'test') return { nextAtMs: null, disable: null }
  if (status === 410) return { nextAtMs: null, disable: 'the receiver answered that it is gone for good (410)' }
  const wait = retryMs[due.attempts]
  if (wait !== undefined) return { nextAtMs: nowMs + wait, disable: null }
  return { nextAtMs: null, disable: `nothing got through for a day; the last time: ${said}` }
}
