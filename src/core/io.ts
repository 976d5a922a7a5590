/** Where files come from and go to, whether folder, zip or tar: the few methods that readers and writers need. */

/** A set of named files to read. Names are relative, `/`-separated, NFC, without `.` or `..` parts; checked by the maker. */
export interface Source {
  /** What it is, for messages: a path or an upload's name. */
  readonly name: string
  /** All files, in name order; hidden files of operating systems (`.DS_Store`, `__MACOSX`) are left out. */
  files(): Promise<readonly SourceFile[]>
  read(name: string): AsyncIterable<Uint8Array>
  /** The bytes from `start` up to, not including, `end`; for files that keep their table of contents at their end. */
  range?(name: string, start: number, end: number): Promise<Uint8Array>
  close(): Promise<void>
}

export interface SourceFile {
  readonly name: string
  readonly bytes: number
}

/** A place to write named files; nothing is visible under its final name before {@link Sink.close}. */
export interface Sink {
  write(name: string, content: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<void>
  /** Makes everything visible at once. */
  close(): Promise<void>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

/** Reads the bytes of media by hash; checks them on the way. */
export interface MediaReader {
  open(sha256: string): AsyncIterable<Uint8Array>
}
