/** What runs learn from each other, said the same at every door; not sentences yet, since the command line has them in columns. */
export const learnedWords = {
  learned: 'nothing is learned from runs yet: this version goes by fixed rules',
  applied: 'no learned settings: each run says which rule chose its settings, and why',
} as const
