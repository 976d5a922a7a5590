/** A sample is one training example, projected from sessions and their edits; derived, so it can be rebuilt at will. */
import type { Annotation } from './annotation.ts'
import type { JsonObject } from './json.ts'
import type { DomainName, MediaRef } from './session.ts'

interface SampleBase {
  /** Stable over rebuilds and over the order of sessions: a hash of what the sample is about, or the session's id. */
  readonly id: string
  readonly domain: DomainName
  readonly project: string
  /** The sessions it was made from, sorted. */
  readonly sessions: readonly string[]
  /** The pseudonyms behind them, sorted, without null. */
  readonly contributors: readonly string[]
  /** Samples of one group must never be split between train, val and test: one clip, one run, one person's chain of edits. */
  readonly group: string
  /** UTC of the earliest session. */
  readonly recordedAt: string
  /** Flat facts for filtering, stratifying and table columns; unknown is null. */
  readonly attributes: JsonObject
}

/** A picture with labels; without any it is a negative example and is kept. */
export interface ImageSample extends SampleBase {
  readonly type: 'image'
  readonly image: MediaRef
  readonly annotations: readonly Annotation[]
}

/** A picture, what was asked, and the picture that came of it. */
export interface PairSample extends SampleBase {
  readonly type: 'pair'
  readonly input: MediaRef
  readonly output: MediaRef
  readonly mask: MediaRef | null
  readonly instruction: string
}

/** One row of a table: context, settings and outcome flattened, for tabular learners. */
export interface RowSample extends SampleBase {
  readonly type: 'row'
}

/** A sequence: one 2D track, or the actions of a run. */
export interface TrajectorySample extends SampleBase {
  readonly type: 'trajectory'
  readonly steps: readonly JsonObject[]
}

export type Sample = ImageSample | PairSample | RowSample | TrajectorySample
export type SampleType = Sample['type']

/** The pictures a sample refers to. */
export function sampleMedia(sample: Sample): readonly MediaRef[] {
  if (sample.type === 'image') return [sample.image]
  if (sample.type === 'pair')
    return sample.mask ? [sample.input, sample.output, sample.mask] : [sample.input, sample.output]
  return []
}
