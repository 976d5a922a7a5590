/** How fast a key may write: a bucket that holds a minute's worth, and fills again while nothing is sent. */
import { fault } from '#core/faults.ts'
import type { Principal } from '#core/principal.ts'
import type { Engine } from './engine.ts'
import { readLimits } from './quotas.ts'
import type { Pace } from './record.ts'

const minuteMs = 60_000

interface Bucket {
  left: number
  atMs: number
}

const buckets = new WeakMap<Engine, Map<string, Bucket>>()

/**
 * Asks whether a principal may write now. What came of a request is taken off afterwards, down below zero, so that sending again
 * what is here already gets through however large the batch.
 *
 * @param cost how much the request itself counts
 * @throws quota.rate, with the seconds after which it may
 */
export async function admitRate(engine: Engine, { name }: Principal, cost = 1): Promise<void> {
  const perMinute = (await readLimits(engine)).rates[name]
  if (perMinute === undefined) return
  const bucket = bucketOf(engine, name, perMinute)
  if (bucket.left <= 0) {
    const retryAfterS = Math.max(1, Math.ceil(((1 - bucket.left) * minuteMs) / perMinute / 1000))
    const found = `more; ${name} may write again in ${retryAfterS} s`
    throw fault('quota.rate', { expected: `at most ${perMinute} in a minute`, found, retryAfterS })
  }
  bucket.left -= cost
}

/** The pace of a principal that sends many sessions in one request; null when it is not limited. */
export async function paceOf(engine: Engine, principal: Principal): Promise<Pace | null> {
  if ((await readLimits(engine)).rates[principal.name] === undefined) return null
  return {
    ask: () => admitRate(engine, principal, 0),
    took(created) {
      const bucket = buckets.get(engine)?.get(principal.name)
      if (bucket) bucket.left -= created
    },
  }
}

function bucketOf(engine: Engine, name: string, perMinute: number): Bucket {
  const all = buckets.get(engine) ?? new Map<string, Bucket>()
  buckets.set(engine, all)
  const nowMs = performance.now()
  const bucket = all.get(name) ?? { left: perMinute, atMs: nowMs }
  bucket.left = Math.min(perMinute, bucket.left + ((nowMs - bucket.atMs) / minuteMs) * perMinute)
  bucket.atMs = nowMs
  all.set(name, bucket)
  return bucket
}
