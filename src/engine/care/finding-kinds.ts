/** What a check of quality can find, in the order in which it is told: what ails records, runs, samples, and their use. */
export const findingKinds = {
  unreadable: 'sessions that do not read back, or do not fit their schema',
  'lost-media': 'sessions that name a picture or file which is not there',
  failed: 'runs that failed',
  'no-samples': 'sessions without a training example',
  'repeated-picture': 'samples whose pictures were seen before in this check, byte for byte',
  'no-label': 'pictures without a label',
  'duplicate-label': 'pairs of labels that say the same of the same place',
  'box-outside': 'boxes that reach beyond their picture',
  'no-consent': 'sessions that nobody agreed to train on',
} as const
export type FindingKind = keyof typeof findingKinds
