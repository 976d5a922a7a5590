/** Datasets: a named set of samples, its immutable versions, and the parts a version is split into. */
import type { SessionQuery } from './query.ts'
import type { SampleType } from './sample.ts'

export interface Dataset {
  readonly name: string
  readonly project: string
  readonly about: string | null
  readonly createdAt: string
  readonly select: DatasetSelection
}

/** What goes into a dataset: samples of one type, from the sessions that a query finds. */
export interface DatasetSelection {
  readonly sessions: SessionQuery
  readonly sampleType: SampleType
}

export const splitNames = ['train', 'val', 'test'] as const
export type SplitName = (typeof splitNames)[number]

export interface SplitPlan {
  /** Shares that sum to 1; a part with share 0 stays empty. */
  readonly shares: Readonly<Record<SplitName, number>>
  readonly seed: number
  /** Attribute whose values are to be spread evenly over the parts; null for none. */
  readonly stratifyBy: string | null
}

export interface DatasetVersion {
  readonly dataset: string
  readonly project: string
  /** Semantic version, "1.2.0". */
  readonly version: string
  readonly createdAt: string
  /** Root of the Merkle list over the item hashes: the identity of the version. */
  readonly hash: string
  readonly items: number
  readonly counts: Readonly<Record<SplitName, number>>
  readonly plan: SplitPlan
  /** All labels; those of the version before keep their places, so that class numbers stay the same over time. */
  readonly labels: readonly string[]
  readonly note: string | null
  /** Set when a later erasure removed items; the hash is then that of the original. */
  readonly redacted: boolean
}

/** One sample, frozen in a version. */
export interface VersionItem {
  readonly sampleId: string
  /** SHA-256 of the sample's canonical JSON. */
  readonly hash: string
  readonly split: SplitName
  readonly group: string
}

/** A query kept under a name. */
export interface SavedQuery {
  readonly name: string
  readonly project: string
  readonly query: SessionQuery
  readonly createdAt: string
}
