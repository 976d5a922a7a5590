/** Instructions as people type them, made comparable: "Make it MODERN  farmhouse style." and "make it modern farmhouse style" are one. */

/** Compatibility forms unified (NFKC), lower case, single spaces, no quotes around it and no full stop or exclamation mark at its end. */
export function normaliseInstruction(text: string): string {
  const flat = text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim()
  const bare = flat.replace(/^["'“”‘’«»\s]+|["'“”‘’«».!。！\s]+$/gu, '')
  return bare === '' ? flat : bare
}

export interface Diversity {
  readonly instructions: number
  readonly distinct: number
  /** Shannon entropy of the instructions; 0 when all are alike, log2(distinct) when all are equally common. */
  readonly entropyBits: number
  /** Distinct words over all words; null when there is no word. */
  readonly typeTokenRatio: number | null
}

/** How varied a set of instructions is. @param counts how often each normalised instruction occurs */
export function diversity(counts: ReadonlyMap<string, number>): Diversity {
  let instructions = 0
  for (const count of counts.values()) instructions += count
  let entropyBits = 0
  let words = 0
  const distinctWords = new Set<string>()
  for (const [text, count] of counts) {
    const share = count / instructions
    entropyBits -= share * Math.log2(share)
    const found = text.match(/[\p{L}\p{N}]+/gu) ?? []
    words += found.length * count
    for (const word of found) distinctWords.add(word)
  }
  const typeTokenRatio = words === 0 ? null : distinctWords.size / words
  return { instructions, distinct: counts.size, entropyBits: Math.max(0, entropyBits), typeTokenRatio }
}
