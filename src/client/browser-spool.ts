/** A spool in a browser's IndexedDB: it outlives the page, and all pages of an origin share it. */
import type { Problem } from './hindsight-error.ts'
import { entryBytes, type Spool, type SpoolEntry, type SpoolSize } from './spool.ts'

const [entriesName, mediaName, refusedName] = ['entries', 'media', 'refused'] as const

/** @param name of the database; one for each application on the origin */
export const indexedDbSpool = (name = 'hindsight'): Spool => new IndexedDbSpool(name)

class IndexedDbSpool implements Spool {
  readonly #name: string
  #db: IDBDatabase | null = null
  /** As it was when it was opened, and what this page did since: to read all at each entry would take longer the more there is. */
  #bytes = 0

  constructor(name: string) {
    this.#name = name
  }

  async open(): Promise<SpoolSize> {
    const request = indexedDB.open(this.#name, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(entriesName, { keyPath: 'key', autoIncrement: true })
      request.result.createObjectStore(mediaName)
      request.result.createObjectStore(refusedName, { keyPath: 'key' })
    }
    this.#db = await valueOf(request)
    this.#bytes = await this.#readBytes()
    return this.#size()
  }

  async add(entry: Omit<SpoolEntry, 'key'>, blobs: ReadonlyMap<string, Blob>): Promise<SpoolSize> {
    const { entries, media, done } = this.#stores('readwrite')
    for (const [sha256, blob] of blobs) media.put(blob, sha256)
    entries.add(entry)
    await done
    this.#bytes += [...blobs.values()].reduce((sum, blob) => sum + blob.size, entryBytes(entry))
    return this.#size()
  }

  oldest(limit: number): Promise<readonly SpoolEntry[]> {
    return valueOf<SpoolEntry[]>(this.#stores('readonly').entries.getAll(null, limit))
  }

  async medium(sha256: string): Promise<Blob | null> {
    return (await valueOf<Blob | undefined>(this.#stores('readonly').media.get(sha256))) ?? null
  }

  remove(entries: readonly SpoolEntry[]): Promise<SpoolSize> {
    return this.#drop(entries, null)
  }

  setAside(entry: SpoolEntry, problem: Problem): Promise<SpoolSize> {
    return this.#drop([entry], problem)
  }

  async close(): Promise<void> {
    this.#db?.close()
    this.#db = null
  }

  async #drop(gone: readonly SpoolEntry[], problem: Problem | null): Promise<SpoolSize> {
    const { entries, media, refused, done } = this.#stores('readwrite')
    for (const entry of gone) {
      entries.delete(entry.key)
      if (problem !== null) refused.put({ ...entry, problem })
    }
    const hashes = new Set(gone.flatMap((entry) => entry.media))
    if (hashes.size > 0) {
      for (const left of await valueOf<SpoolEntry[]>(entries.getAll()))
        for (const sha256 of left.media) hashes.delete(sha256)
      for (const sha256 of hashes) media.delete(sha256)
    }
    await done
    // What several entries named counted once for each that brought it: read again, once nobody waits.
    const bytes = gone.reduce((sum, entry) => sum + entryBytes(entry), 0)
    this.#bytes = hashes.size > 0 ? await this.#readBytes() : Math.max(0, this.#bytes - bytes)
    return this.#size()
  }

  async #size(): Promise<SpoolSize> {
    return { entries: await valueOf<number>(this.#stores('readonly').entries.count()), bytes: this.#bytes }
  }

  /** One at a time, so that the memory taken is that of the largest. */
  async #readBytes(): Promise<number> {
    const { entries, media } = this.#stores('readonly')
    const texts = await sumOf<SpoolEntry>(entries, entryBytes)
    return texts + (await sumOf<Blob>(media, (blob) => blob.size))
  }

  #stores(mode: IDBTransactionMode) {
    if (this.#db === null) throw new Error('the spool is not open')
    const change = this.#db.transaction([entriesName, mediaName, refusedName], mode, { durability: 'strict' })
    return {
      entries: change.objectStore(entriesName),
      media: change.objectStore(mediaName),
      refused: change.objectStore(refusedName),
      done: finished(change),
    }
  }
}

function valueOf<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })
}

function sumOf<T>(store: IDBObjectStore, bytesOf: (value: T) => number): Promise<number> {
  return new Promise((resolve, reject) => {
    let sum = 0
    const request = store.openCursor()
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
    request.onsuccess = () => {
      const at = request.result
      if (at === null) return resolve(sum)
      sum += bytesOf(at.value as T)
      at.continue()
    }
  })
}

function finished(change: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve()
    change.onabort = () => reject(change.error ?? new Error('IndexedDB gave up a change'))
  })
}
