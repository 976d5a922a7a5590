/** The columns of the catalog as TypeScript sees them; `docs/spec.md` says what they mean. */
import type { Generated } from 'kysely'

interface SessionTable {
  readonly seq: Generated<number>
  readonly id: string
  readonly place: number
  readonly schema_version: number
  readonly at: number
  readonly received_at: number
  readonly status: string | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  readonly hash: Uint8Array
  readonly size: number
  readonly in_blob: number
  readonly aside: string | null
  readonly summary: string
  readonly cover: Uint8Array | null
  readonly facets: string
  readonly words: string
}

interface JobTable {
  readonly id: string
  readonly kind: string
  readonly project: string
  readonly principal: string
  readonly params: string
  readonly state: string
  readonly progress: string
  readonly checkpoint: string
  readonly result: string
  readonly error: string
  readonly cancel_requested: number
  readonly attempts: number
  readonly worker: string | null
  readonly lease_until: number | null
  readonly created_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
}

export interface Tables {
  readonly migration: { readonly id: string; readonly hash: string; readonly at: number }
  readonly setting: { readonly key: string; readonly value: string }
  readonly place: { readonly id: Generated<number>; readonly project: string; readonly domain: string }
  readonly session: SessionTable
  readonly record: { readonly seq: number; readonly body: string }
  readonly session_media: { readonly seq: number; readonly sha: Uint8Array }
  readonly edit: {
    readonly seq: Generated<number>
    readonly id: string
    readonly session: number | null
    readonly project: string
    readonly at: number
    readonly kind: string
    readonly import: string | null
    readonly hash: Uint8Array
    readonly body: string
  }
  readonly import: { readonly id: string; readonly project: string; readonly at: number; readonly body: string }
  readonly import_session: { readonly import: string; readonly seq: number; readonly created: number }
  readonly document: { readonly project: string; readonly name: string; readonly text: string }
  readonly saved_query: { readonly project: string; readonly name: string; readonly body: string }
  readonly dataset: {
    readonly project: string
    readonly name: string
    readonly created_at: number
    readonly body: string
  }
  readonly version: {
    readonly id: Generated<number>
    readonly project: string
    readonly dataset: string
    readonly version: string
    readonly staged_at: number | null
    readonly body: string
  }
  readonly frozen: { readonly hash: Uint8Array; readonly body: string | null }
  readonly frozen_session: { readonly seq: number; readonly hash: Uint8Array }
  readonly item: {
    readonly version: number
    readonly part: number
    readonly sample: string
    readonly hash: Uint8Array
    readonly grp: string
    readonly redacted: number
  }
  readonly export_note: { readonly id: string; readonly project: string; readonly at: number; readonly body: string }
  readonly export_session: { readonly seq: number; readonly export: string }
  readonly job: JobTable
  readonly consent: {
    readonly seq: Generated<number>
    readonly id: string
    readonly project: string
    readonly body: string
    readonly chain: Uint8Array
  }
  readonly tombstone: { readonly hash: Uint8Array; readonly receipt: string }
  readonly receipt: { readonly id: string; readonly at: number; readonly body: string }
  readonly backup: { readonly name: string; readonly path: string; readonly at: number; readonly body: string | null }
  readonly erasure_due: { readonly receipt: string; readonly backup: string }
  readonly quarantine: {
    readonly id: Generated<number>
    readonly at: number
    readonly what: string
    readonly key: string
    readonly note: string
    readonly body: Uint8Array
  }
  readonly fact: {
    readonly id: Generated<number>
    readonly place: number
    readonly key: string
    readonly numeric: number
    readonly text: string
    readonly sessions: number
    readonly low: number | null
    readonly high: number | null
  }
  readonly facet: { readonly fact: number; readonly at: number; readonly seq: number; readonly num: number }
  readonly tally: { readonly place: number; readonly day: number; readonly status: string; readonly sessions: number }
  readonly sample_due: { readonly seq: number; readonly stamp: number }
  readonly sample: {
    readonly key: Generated<number>
    readonly type: string
    readonly id: string
    readonly seq: number
    readonly body: string
  }
  readonly clip: {
    readonly fingerprint: string
    readonly path: string
    readonly stamp: string
    readonly info: string
    readonly uploaded: number
    readonly at: number
  }
  readonly schedule: {
    readonly task: string
    /** As `parseWhen` reads it; "when" is a word of SQL. */
    readonly due: string
    readonly zone: string
    readonly plan: string
    readonly next_at: number | null
    readonly job: string | null
    readonly changed_at: number
    readonly changed_by: string
  }
  readonly account: {
    readonly name: string
    readonly folded: string
    readonly password: string
    readonly role: string
    readonly project: string | null
    readonly created_at: number
    readonly disabled_at: number | null
    readonly seen_at: number | null
  }
  readonly sign_in: {
    readonly hash: Uint8Array
    readonly account: string
    readonly created_at: number
    readonly seen_at: number
    readonly expires_at: number
  }
  readonly access_key: {
    readonly id: string
    readonly kind: string
    readonly name: string
    readonly folded: string
    readonly hash: Uint8Array
    readonly role: string
    readonly project: string | null
    readonly origins: string
    readonly created_at: number
    readonly created_by: string
    readonly expires_at: number | null
    readonly used_at: number | null
    readonly revoked_at: number | null
  }
  readonly sent_blob: { readonly project: string; readonly sha: Uint8Array; readonly at: number }
  readonly audit: {
    readonly seq: Generated<number>
    readonly at: number
    readonly principal: string
    readonly via: string
    readonly action: string
    readonly project: string | null
    readonly target: string | null
    readonly outcome: string
  }
  readonly fingerprint: { readonly sha: Uint8Array; readonly hash: string }
  readonly archive: {
    readonly id: string
    /** Absolute, or within the data directory. */
    readonly path: string
    readonly at: number
    readonly state: string
    readonly sha256: string
    readonly body: string
  }
  readonly archive_session: {
    readonly seq: number
    readonly archive: string
    /** While it is on its way out of the store. */
    readonly edits: Uint8Array | null
    readonly consent: string | null
  }
  readonly archived_dataset: { readonly project: string; readonly name: string; readonly archive: string }
  readonly archive_due: { readonly archive: string; readonly receipt: string }
  readonly learner: { readonly name: string; readonly domain: string; readonly revision: number }
  readonly learned_head: { readonly learner: string; readonly revision: number; readonly value: string }
  readonly learned_row: {
    readonly learner: string
    readonly grp: string
    readonly key: string
    readonly source: string
    /** '' for none. */
    readonly settings: string
    readonly count: number
    readonly kept: number
    readonly sum: number
  }
  readonly lesson: {
    readonly number: Generated<number>
    readonly learner: string
    readonly session: string
    readonly project: string
    readonly source: string
    readonly aside: number
    readonly rows: string
    readonly about: string
  }
  readonly learned_due: { readonly learner: string; readonly seq: number }
  readonly learned_pass: { readonly learner: string; readonly seq: number; readonly reason: string }
  readonly webhook: {
    readonly id: string
    readonly url: string
    readonly internal: number
    readonly project: string | null
    /** JSON list. */
    readonly events: string
    readonly secret: string
    readonly created_at: number
    readonly seen_seq: number
    readonly disabled_at: number | null
    readonly disabled_why: string | null
  }
  readonly webhook_delivery: {
    readonly number: Generated<number>
    readonly id: string
    readonly webhook: string
    readonly event: string
    /** JSON. */
    readonly about: string
    readonly at: number
    readonly state: string
    readonly attempts: number
    readonly next_at: number
    readonly lease_until: number
    readonly ended_at: number | null
    readonly status: number | null
    readonly said: string | null
  }
}
