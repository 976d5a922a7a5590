import { base } from './0001-base.ts'
import { clips } from './0002-clips.ts'
import { learned } from './0003-learned.ts'
import { people } from './0004-people.ts'
import { care } from './0005-care.ts'
import { webhooks } from './0006-webhooks.ts'
import { archives } from './0007-archives.ts'

export interface Migration {
  /** Number and name; never reused. */
  readonly id: string
  readonly sql: string
}

/** Every change of the catalog's shape, oldest first. Append only. */
export const migrations: readonly Migration[] = [base, clips, learned, people, care, webhooks, archives]
