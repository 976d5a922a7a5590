/**
 * The seam to uploads that may break off and go on later. What is acknowledged of one is durable, as in store.ts: the engine
 * may end in the middle, and the sender goes on where the offset says.
 */
import type { JsonObject } from './json.ts'

export const uploadKinds = ['blob', 'clip'] as const
export type UploadKind = (typeof uploadKinds)[number]

/** What is going to be sent. */
export interface UploadOrder {
  readonly id: string
  readonly kind: UploadKind
  /** Of the whole. */
  readonly bytes: number
  /** What the whole must hash to; null when the sender did not say. */
  readonly sha256: string | null
  /** The file's own name, for clips. */
  readonly name: string | null
  /** Whose quota it counts for. */
  readonly project: string
  /** Who may go on with it. */
  readonly principal: string
}

export interface Upload extends UploadOrder {
  /** How many bytes are here for good. */
  readonly offset: number
  /** When it is given up, unless something comes before. */
  readonly expiresAt: string
  /** What it became; null while it is not finished. */
  readonly result: JsonObject | null
}

/** An upload of which every byte is here. */
export interface WholeUpload {
  /** Makes it a blob. Done again after a crash it does no harm. @throws blob.mismatch */
  keepAsBlob(): Promise<{ readonly sha256: string; readonly bytes: number }>
  /** Moves the file to a place on the same disk; where it was moved already, nothing happens. */
  moveTo(path: string): Promise<void>
}

export interface UploadChecksum {
  /** As `node:crypto` names it. */
  readonly algorithm: string
  readonly digest: Uint8Array
}

export interface UploadStore {
  /**
   * @param result what it is already, so that nothing need be sent
   * @throws store.full, upload.many
   */
  create(order: UploadOrder, result?: JsonObject | null): Promise<Upload>
  /** null when there is none, or it was given up. */
  get(id: string): Promise<Upload | null>
  /**
   * Adds bytes at an offset, which must be where the upload stands. When they break off, what came is kept.
   *
   * @param options `checksum` of these bytes: when it does not fit, or they break off, none of them is kept
   * @returns where it stands now
   * @throws upload.unknown, upload.offset, upload.busy while somebody else adds, upload.checksum, request.large beyond its
   *   length, store.full
   */
  append(
    id: string,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
    options?: { readonly checksum?: UploadChecksum | null },
  ): Promise<number>
  /**
   * Makes something of a whole upload, once. When `become` throws what is the sender's doing, the upload is gone.
   *
   * @throws upload.unknown, upload.busy, and whatever `become` throws
   */
  finish(id: string, become: (whole: WholeUpload) => Promise<JsonObject>): Promise<Upload>
  /** @returns whether there was one. @throws upload.busy */
  delete(id: string): Promise<boolean>
  /** Frees the bytes of uploads that nobody went on with. @returns how many */
  expire(): Promise<number>
}
