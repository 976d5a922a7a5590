/** Finding in a text the names of what was erased: by their tombstones, since the names themselves are gone. */
import { uuidFromHash } from '#core/ids.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'
import { type ErasedKind, tombstone, tombstoneSalt } from './tombstones.ts'

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const pseudonyms = /\bp-[0-9a-f]{20}\b/g
// A contributor may be called like anything else ("camera"), so other names count only where the text says what they are: in JSON,
// which may stand in a JSON string, and in a query as text.
const inJson = /(?<=contributor\\*"\s*:\s*\\*")[^"\\]+/g
const inQuery = /(?<=\bcontributor=)[^&"\\\s]+/g

const keptWords = 100_000

/** Tells of a text which names in it stand for something erased. */
export class Mentions {
  readonly #salt: string
  readonly #find: ReturnType<Database['prepare']>
  /** Words that were looked up: the same stand in many rows. */
  readonly #known = new Map<string, string | null>()

  constructor(db: Database) {
    this.#salt = tombstoneSalt(db)
    this.#find = db.prepare('select 1 from tombstone where hash = ?')
  }

  isIn(text: string): boolean {
    return this.without(text) !== text
  }

  /** The text with something else of the same form in the place of each erased name, so that whoever reads it still can. */
  without(text: string): string {
    const ids = (word: string) => this.#other('session', word) ?? this.#other('edit', word) ?? word
    const people = (word: string) => this.#other('contributor', word) ?? word
    const asQuery = (word: string) => this.#other('contributor', decoded(word)) ?? word
    return text.replace(uuids, ids).replace(pseudonyms, people).replace(inJson, people).replace(inQuery, asQuery)
  }

  #other(kind: ErasedKind, word: string): string | null {
    const name = `${kind} ${word}`
    let other = this.#known.get(name)
    if (other === undefined) {
      const hash = tombstone(this.#salt, kind, word)
      other = this.#find.get(hash) === undefined ? null : stands(kind, toHex(hash))
      if (this.#known.size > keptWords) this.#known.clear()
      this.#known.set(name, other)
    }
    return other
  }
}

const stands = (kind: ErasedKind, hash: string): string =>
  kind === 'contributor' ? `erased-${hash.slice(0, 12)}` : uuidFromHash(hash)

function decoded(word: string): string {
  try {
    return decodeURIComponent(word.replaceAll('+', ' '))
  } catch {
    return word
  }
}
