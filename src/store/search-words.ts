/**
 * Words as they are indexed and asked for: decomposed, without marks, in lower case, ideographs one by one (scripts without
 * spaces would otherwise be one word per sentence). Doing it here and not in SQLite's tokenizer makes both sides agree.
 */
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}])+/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is what is meant
const onlyAscii = /^[\u0000-\u007f]*$/

export function searchWords(text: string): readonly string[] {
  if (onlyAscii.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(wordPattern) ?? []
}

/** More words than this in one question narrow nothing down, and cost. */
const maxAsked = 20

/** The FTS5 expression for what a person typed: every word, as the beginning of a word; null when there is no word in it. */
export function searchExpression(text: string): string | null {
  const words = [...new Set(searchWords(text))].slice(0, maxAsked)
  // Only letters and digits are left, so nothing in a word can end the quotes.
  return words.length === 0 ? null : words.map((word) => `"${word}" *`).join(' AND ')
}
