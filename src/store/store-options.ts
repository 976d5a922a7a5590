export interface StoreOptions {
  /** Free bytes on the disk below which new data are refused; default: 512 MB or 2 % of the disk, whichever is less. */
  readonly reserveBytes?: number
  /** Bytes of sessions and edits that may wait for their commit; more are refused. Default 32 MB. */
  readonly waitingBytes?: number
  /** Whether to make the data directory when it is not there. Default true. */
  readonly create?: boolean
  /** Whether a thread makes the commits; without one this thread waits for each, and for what other processes write. Default true. */
  readonly writesInThread?: boolean
}
