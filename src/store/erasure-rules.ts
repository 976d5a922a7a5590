/**
 * What an erasure does in each table of the catalog: the whole list. A test walks the catalog, so that no table is added without
 * saying what of a person it may hold.
 */

export type ErasureRule =
  /** Rows of a session, by its number, id or hashes; deleted with it (`commit-erasure.ts`). */
  | { readonly type: 'of sessions' }
  /** Sums over sessions, from which the erased ones are taken. */
  | { readonly type: 'sums' }
  /** Text that may name a session, an edit or a contributor: looked through for tombstones (`commit-sweep.ts`). */
  | {
      readonly type: 'mentions'
      /** What tells the rows apart. */
      readonly key: readonly string[]
      readonly columns: readonly string[]
      /** Whether the row goes, or only the name in it, for which another stands then. */
      readonly rows: 'go' | 'stay'
      /** Rows that only lose the name, though others go: SQL. */
      readonly except?: string
    }
  | { readonly type: 'kept'; readonly because: string }

const ofSessions = { type: 'of sessions' } as const
const replaced = (key: readonly string[], ...columns: readonly string[]) =>
  ({ type: 'mentions', key, columns, rows: 'stay' }) as const
const kept = (because: string) => ({ type: 'kept', because }) as const

const noPerson = 'says nothing of a session or its contributor'
const proof = 'proof that the erasure was asked for and done'
const whoWorks = 'those who work here, who are no contributors'

export const erasureRules: Readonly<Record<string, ErasureRule>> = {
  migration: kept(noPerson),
  setting: replaced(['key'], 'value'),
  place: kept(noPerson),
  session: ofSessions,
  record: ofSessions,
  session_media: ofSessions,
  edit: ofSessions,
  import: replaced(['id'], 'body'),
  import_session: ofSessions,
  document: { type: 'mentions', key: ['project', 'name'], columns: ['text'], rows: 'go' },
  saved_query: { type: 'mentions', key: ['project', 'name'], columns: ['name', 'body'], rows: 'go' },
  dataset: replaced(['project', 'name'], 'body'),
  version: replaced(['id'], 'body'),
  frozen: ofSessions,
  frozen_session: ofSessions,
  item: ofSessions,
  export_note: replaced(['id'], 'body'),
  export_session: ofSessions,
  // One that runs has read its parameters; taking its row would take its lease.
  job: {
    type: 'mentions',
    key: ['id'],
    columns: ['params', 'progress', 'checkpoint', 'result', 'error'],
    rows: 'go',
    except: `state = 'running'`,
  },
  consent: kept(proof),
  tombstone: kept(proof),
  receipt: replaced(['id'], 'body'),
  backup: kept(noPerson),
  erasure_due: kept(proof),
  quarantine: ofSessions,
  fact: ofSessions,
  facet: ofSessions,
  tally: { type: 'sums' },
  sample_due: ofSessions,
  sample: ofSessions,
  fingerprint: ofSessions,
  clip: kept('where films lie; goes with the last session of its film, which the engine sees to'),
  learner: kept(noPerson),
  learned_head: replaced(['learner'], 'value'),
  learned_row: { type: 'sums' },
  lesson: ofSessions,
  learned_due: ofSessions,
  learned_pass: ofSessions,
  account: kept(whoWorks),
  sign_in: kept(whoWorks),
  access_key: kept(whoWorks),
  sent_blob: ofSessions,
  audit: replaced(['seq'], 'target'),
  schedule: replaced(['task'], 'plan'),
  webhook: kept(noPerson),
  webhook_delivery: { type: 'mentions', key: ['number'], columns: ['about', 'said'], rows: 'go' },
  archive: replaced(['id'], 'body'),
  archive_session: ofSessions,
  archived_dataset: kept(noPerson),
  archive_due: kept(proof),
}
