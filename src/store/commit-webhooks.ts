/** Who is told, and the deliveries, each made in the transaction of what it tells of. */
import { randomUUID } from 'node:crypto'
import type { CommitContext } from './commit-context.ts'
import type { Tables } from './tables.ts'
import { sql } from './sqlite-driver.ts'

type Db = CommitContext['db']

/** Sessions in one delivery. */
const sessionsAtOnce = 1000
/** What is over is kept so long, and of one webhook so many. */
const keptMs = 30 * 86_400_000
const keptDeliveries = 500

export function addWebhook({ db }: CommitContext, row: Omit<Tables['webhook'], 'seen_seq'>): null {
  // Told of is what comes from now on.
  const seen = Number(db.prepare('select max(seq) as n from session').get()?.['n'] ?? 0)
  db.run(sql.insertInto('webhook').values({ ...row, seen_seq: seen }))
  return null
}

export function removeWebhook({ db }: CommitContext, { id }: { readonly id: string }): boolean {
  db.run(sql.deleteFrom('webhook_delivery').where('webhook', '=', id))
  return db.run(sql.deleteFrom('webhook').where('id', '=', id)) > 0
}

export function enableWebhook(
  { db }: CommitContext,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): boolean {
  const { changes } = db.prepare('update webhook set disabled_at = null, disabled_why = null where id = ?').run(id)
  db.prepare(`update webhook_delivery set next_at = ?, attempts = 0 where webhook = ? and state = 'waiting'`).run(
    nowMs,
    id,
  )
  return changes > 0
}

export interface ToTell {
  readonly webhook: string
  readonly id: string
  readonly event: string
  /** JSON. */
  readonly about: string
  readonly nowMs: number
}

export function tellWebhook({ db }: Pick<CommitContext, 'db'>, { webhook, id, event, about, nowMs }: ToTell): null {
  db.prepare(
    `insert into webhook_delivery (id, webhook, event, about, at, state, attempts, next_at, lease_until)
     values (?, ?, ?, ?, ?, 'waiting', 0, ?, 0)`,
  ).run(id, webhook, event, about, nowMs, nowMs)
  return null
}

/** Everybody who wants to hear of this. Costs a look at an empty table where nobody does. */
export function tellWebhooks(db: Db, event: string, project: string, about: object, nowMs = Date.now()): void {
  const wanting = db
    .prepare(
      `select id from webhook where disabled_at is null and (project is null or project = ?)
       and exists (select 1 from json_each(events) where value = ?)`,
    )
    .all(project, event)
  for (const { id } of wanting) {
    tellWebhook({ db }, { webhook: String(id), id: randomUUID(), event, about: JSON.stringify(about), nowMs })
  }
}

/** Numbers of sessions, no ids: what is erased before it is told of is not told. */
export function gatherSessions({ db }: CommitContext, { nowMs }: { readonly nowMs: number }): null {
  const webhooks = db
    .prepare(
      `select id, project, seen_seq from webhook w where disabled_at is null
       and exists (select 1 from json_each(events) where value = 'sessions.recorded')
       and not exists (select 1 from webhook_delivery d
         where d.webhook = w.id and d.state = 'waiting' and d.event = 'sessions.recorded')`,
    )
    .all() as unknown as { id: string; project: string | null; seen_seq: number }[]
  const next = db.prepare(
    `select min(seq) as first, max(seq) as last from (
       select s.seq from session s join place p on p.id = s.place
       where s.seq > ?1 and s.aside is null and (?2 is null or p.project = ?2) order by s.seq limit ${sessionsAtOnce})`,
  )
  for (const { id, project, seen_seq: seen } of webhooks) {
    const { first, last } = next.get(seen, project) as { first: number | null; last: number | null }
    if (first === null || last === null) continue
    const about = JSON.stringify({ first, last })
    tellWebhook({ db }, { webhook: id, id: randomUUID(), event: 'sessions.recorded', about, nowMs })
    db.prepare('update webhook set seen_seq = ? where id = ?').run(last, id)
  }
  return null
}

/** The id of the delivery that is the caller's now, or null. */
export function claimDelivery(
  { db }: CommitContext,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): string | null {
  const row = db
    .prepare(
      `select d.id from webhook_delivery d join webhook w on w.id = d.webhook
       where d.state = 'waiting' and d.next_at <= ?1 and d.lease_until <= ?1 and w.disabled_at is null
       order by d.next_at, d.number limit 1`,
    )
    .get(nowMs)
  if (!row) return null
  db.prepare('update webhook_delivery set lease_until = ? where id = ?').run(nowMs + leaseMs, String(row['id']))
  return String(row['id'])
}

export interface DeliveryToSettle {
  readonly id: string
  readonly ok: boolean
  readonly status: number | null
  readonly said: string | null
  readonly nextAtMs: number | null
  readonly disable: string | null
  readonly nowMs: number
}

export function settleDelivery({ db }: CommitContext, end: DeliveryToSettle): null {
  const state = end.ok ? 'sent' : end.nextAtMs === null ? 'failed' : 'waiting'
  const ended = state === 'waiting' ? null : end.nowMs
  const row = db
    .prepare(
      `update webhook_delivery set state = ?, attempts = attempts + 1, next_at = ?, lease_until = 0, ended_at = ?,
       status = ?, said = ? where id = ? and state = 'waiting' returning webhook`,
    )
    .get(state, end.nextAtMs ?? end.nowMs, ended, end.status, end.said, end.id)
  // Removed, with its webhook, while it was sent.
  if (!row) return null
  const webhook = String(row['webhook'])
  if (end.disable !== null) {
    db.prepare('update webhook set disabled_at = ?, disabled_why = ? where id = ?').run(end.nowMs, end.disable, webhook)
  }
  db.prepare(
    `delete from webhook_delivery where webhook = ?1 and state <> 'waiting' and (ended_at < ?2 or number <= (
       select number from webhook_delivery where webhook = ?1 order by number desc limit 1 offset ${keptDeliveries}))`,
  ).run(webhook, end.nowMs - keptMs)
  return null
}
