/**
 * Words as they are indexed and asked for: decomposed, without marks, in lower case, ideographs one by one (scripts without
 * spaces would otherwise be one word per sentence). Doing it here and not in SQLite's tokenizer makes both sides agree.
 */
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}])+/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is what is meant
const onlyAscii = /^[\u0000-\u007f]*$/

/** Longer words are cut: nobody types them, and they would bloat the index. */
const maxLetters = 40
/** Beyond this a text is no caption but a document, and its first words must do. */
const maxWords = 500
/** More words than this in one question narrow nothing down. */
const maxAsked = 20

/** The different words of a text, in the order they come. */
export function searchWords(text: string): readonly string[] {
  const found = onlyAscii.test(text)
    ? text.toLowerCase().match(/[a-z0-9]+/g)
    : text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(wordPattern)
  if (!found) return []
  const words = new Set<string>()
  for (const word of found) {
    words.add(word.length > maxLetters ? cut(word) : word)
    if (words.size >= maxWords) break
  }
  return [...words]
}

/** By code points, so that no character is halved. */
const cut = (word: string): string => [...word].slice(0, maxLetters).join('')

/** What a person typed, as beginnings of words that must all occur; one that begins another says nothing more. */
export function askedWords(text: string): readonly string[] {
  const words = searchWords(text).slice(0, maxAsked)
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)))
}
