/** Who is told of what, and what has still to be told. */
import { canonicalJson, type JsonObject, parseJson } from '#core/json.ts'
import type {
  Delivery,
  DeliveryEnd,
  DeliveryState,
  DueDelivery,
  Webhook,
  WebhookEvent,
  WebhookStore,
} from '#core/webhook-store.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

export class SqliteWebhooks implements WebhookStore {
  readonly #db: Database
  readonly #writer: Writer
  readonly #now: () => number

  constructor(db: Database, writer: Writer, now: () => number = Date.now) {
    this.#db = db
    this.#writer = writer
    this.#now = now
  }

  async add(webhook: Omit<Webhook, 'createdAt' | 'disabled'>, secret: string): Promise<Webhook> {
    const { id, url, internal, project, events } = webhook
    const createdMs = this.#now()
    await this.#writer.call('addWebhook', {
      id,
      url,
      internal: internal ? 1 : 0,
      project,
      events: JSON.stringify(events),
      secret,
      created_at: createdMs,
      disabled_at: null,
      disabled_why: null,
    })
    return { ...webhook, createdAt: new Date(createdMs).toISOString(), disabled: null }
  }

  async list(): Promise<readonly Webhook[]> {
    return this.#db.all(sql.selectFrom('webhook').selectAll().orderBy('created_at').orderBy('id')).map(toWebhook)
  }

  async get(id: string): Promise<Webhook | null> {
    const row = this.#db.first(sql.selectFrom('webhook').selectAll().where('id', '=', id))
    return row ? toWebhook(row) : null
  }

  remove(id: string): Promise<boolean> {
    return this.#writer.call('removeWebhook', { id })
  }

  enable(id: string): Promise<boolean> {
    return this.#writer.call('enableWebhook', { id, nowMs: this.#now() })
  }

  async tell(id: string, delivery: string, about: JsonObject): Promise<void> {
    const text = canonicalJson(about, 'what is told')
    await this.#writer.call('tellWebhook', {
      webhook: id,
      id: delivery,
      event: 'test',
      about: text,
      nowMs: this.#now(),
    })
  }

  async gather(): Promise<void> {
    // A look without the write lock spares everybody a commit.
    const behind = this.#db
      .prepare(
        `select 1 from webhook where disabled_at is null and seen_seq < (select max(seq) from session)
         and exists (select 1 from json_each(events) where value = 'sessions.recorded') limit 1`,
      )
      .get()
    if (behind) await this.#writer.call('gatherSessions', { nowMs: this.#now() })
  }

  async claim(leaseMs: number): Promise<DueDelivery | null> {
    const nowMs = this.#now()
    const any = this.#db
      .prepare(`select 1 from webhook_delivery where state = 'waiting' and next_at <= ?1 and lease_until <= ?1 limit 1`)
      .get(nowMs)
    if (!any) return null
    const id = await this.#writer.call('claimDelivery', { nowMs, leaseMs })
    if (id === null) return null
    const query = sql.selectFrom('webhook_delivery as d').innerJoin('webhook as w', 'w.id', 'd.webhook')
    const row = this.#db.first(
      query
        .select(['d.id', 'd.event', 'd.at', 'd.attempts', 'd.about', 'w.url', 'w.internal', 'w.secret', 'w.project'])
        .where('d.id', '=', id),
    )
    // Removed this moment.
    if (!row) return null
    const { event, about, at, internal, project } = row
    const told = parseJson(about) as JsonObject
    return {
      ...row,
      event: event as Delivery['event'],
      at: new Date(at).toISOString(),
      internal: internal === 1,
      about: event === 'sessions.recorded' ? this.#sessions(told, project) : told,
    }
  }

  /** What is there today of what came in: erased sessions are gone from it. */
  #sessions({ first, last }: JsonObject, project: string | null): JsonObject {
    const rows = this.#db
      .prepare(
        `select s.id, p.project, p.domain, s.at, s.status from session s join place p on p.id = s.place
         where s.seq between ?1 and ?2 and s.aside is null and (?3 is null or p.project = ?3) order by s.seq`,
      )
      .all(Number(first), Number(last), project)
    const sessions = rows.map((row) => ({
      id: String(row['id']),
      project: String(row['project']),
      domain: String(row['domain']),
      recordedAt: new Date(Number(row['at'])).toISOString(),
      status: row['status'] === null ? null : String(row['status']),
    }))
    return { sessions }
  }

  async settle(delivery: string, end: DeliveryEnd): Promise<void> {
    await this.#writer.call('settleDelivery', { id: delivery, ...end, nowMs: this.#now() })
  }

  async log(id: string, limit: number): Promise<readonly Delivery[]> {
    const query = sql.selectFrom('webhook_delivery').selectAll().where('webhook', '=', id)
    return this.#db.all(query.orderBy('number', 'desc').limit(limit)).map(toDelivery)
  }
}

function toWebhook(row: Tables['webhook']): Webhook {
  const { id, url, internal, project, events, created_at: createdMs, disabled_at: disabledMs, disabled_why: why } = row
  return {
    id,
    url,
    internal: internal === 1,
    project,
    events: JSON.parse(events) as readonly WebhookEvent[],
    createdAt: new Date(createdMs).toISOString(),
    disabled: disabledMs === null ? null : { at: new Date(disabledMs).toISOString(), why: why ?? '' },
  }
}

function toDelivery(row: Omit<Tables['webhook_delivery'], 'number'>): Delivery {
  const utc = (ms: number) => new Date(ms).toISOString()
  return {
    id: row.id,
    webhook: row.webhook,
    event: row.event as Delivery['event'],
    at: utc(row.at),
    state: row.state as DeliveryState,
    attempts: row.attempts,
    nextAt: row.state === 'waiting' ? utc(row.next_at) : null,
    endedAt: row.ended_at === null ? null : utc(row.ended_at),
    status: row.status,
    said: row.said,
  }
}
