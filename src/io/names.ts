/**
 * The checks on names of archive members and exported files, once for all that read or write them.
 *
 * A good name is relative, `/`-separated, NFC, and means the same file on every disk.
 */
import { brief, fault } from '#core/faults.ts'
import { defaultLimits } from './limits.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/

/**
 * The NFC form of a name that stays inside its root.
 *
 * @throws archive.path for `..`, absolute names, drive letters, backslashes, empty parts and control characters
 */
export function checkName(raw: string, where: string, maxBytes = defaultLimits.maxNameBytes): string {
  const refuse = (expected: string) => fault('archive.path', { expected, found: brief(JSON.stringify(raw)), where })
  if (raw === '') throw refuse('a name')
  if (!raw.isWellFormed() || raw.includes('\uFFFD')) throw refuse('a name in well-formed UTF-8')
  if (controlCharacters.test(raw)) throw refuse('a name without control characters')
  if (raw.includes('\\')) throw refuse('a name with "/" between folders')
  if (raw.startsWith('/') || /^[A-Za-z]:/.test(raw)) throw refuse('a relative name')
  const name = raw.normalize('NFC')
  if (Buffer.byteLength(name) > maxBytes) throw refuse(`a name of at most ${maxBytes} bytes`)
  for (const part of name.split('/')) {
    if (part === '..') throw refuse('a name without ".."')
    if (part === '' || part === '.') throw refuse('a name without empty or "." parts')
  }
  return name
}

/** Files that operating systems leave behind; nobody means to send them. */
export function isSystemFile(name: string): boolean {
  const parts = name.split('/')
  const base = parts.at(-1) ?? ''
  return parts[0] === '__MACOSX' || base.startsWith('._') || systemFiles.has(base)
}

const systemFiles = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.localized'])

/** Remembers the names seen, and refuses two that one disk would take for the same file. */
export class NameSet {
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()
  readonly #where: string
  readonly #caseSensitive: boolean

  /** @param options.caseSensitive true when the names are those of a disk that tells `A` from `a` */
  constructor(where: string, options: { readonly caseSensitive?: boolean } = {}) {
    this.#where = where
    this.#caseSensitive = options.caseSensitive ?? false
  }

  /** @throws archive.duplicate for equal names, names equal but for letter case, and a file where a folder is */
  addFile(name: string): void {
    const key = this.#key(name)
    if (this.#files.has(key)) {
      throw this.#refuse(
        name,
        'names that differ by more than letter case and Unicode form',
        'the name of another file',
      )
    }
    if (this.#folders.has(key)) throw this.#refuse(name, 'a name for one thing', 'a file with the name of a folder')
    this.#addParents(key, name)
    this.#files.add(key)
  }

  addFolder(name: string): void {
    const key = this.#key(name)
    if (this.#files.has(key)) throw this.#refuse(name, 'a name for one thing', 'a folder with the name of a file')
    this.#addParents(key, name)
    this.#folders.add(key)
  }

  #addParents(key: string, name: string): void {
    for (let slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
      const parent = key.slice(0, slash)
      if (this.#folders.has(parent)) return
      if (this.#files.has(parent)) throw this.#refuse(name, 'a folder', 'a file where its folder should be')
      this.#folders.add(parent)
    }
  }

  #key(name: string): string {
    const composed = name.normalize('NFC')
    return this.#caseSensitive ? composed : composed.toLowerCase()
  }

  #refuse(name: string, expected: string, what: string) {
    return fault('archive.duplicate', {
      expected,
      found: `${brief(JSON.stringify(name))}, ${what}`,
      where: this.#where,
    })
  }
}
