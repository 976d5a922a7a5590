/**
 * Looks for damage in the log of the catalog (catalog.db-wal). SQLite reads a log as far as its checksums fit and takes what follows
 * for a write that was cut short; so one flipped bit would undo every commit after it, and nobody would know. Here the two are told
 * apart: a commit is synced before the next one is written, so a frame that fits behind a commit that does not is damage.
 *
 * Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, copyFileSync, fsyncSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { fileMode } from './durable-files.ts'

const headerBytes = 32
const frameHeadBytes = 24
/** The lowest bit says in which order of bytes the sums were made. */
const magic = 0x377f0682
/** What the catalog has; needed where the head that says so is damaged itself. */
const usualPageBytes = 4096

export interface LogDamage {
  /** Of the first frame that does not fit; 0 is the head. */
  readonly frame: number
  /** Whole commits behind it. */
  readonly commitsAfter: number
}

/** Both sums as they are after `words`. */
function sumOf(words: Uint32Array, sums: readonly [number, number]): readonly [number, number] {
  let [a, b] = sums
  for (let i = 0; i < words.length; i += 2) {
    a = (a + (words[i] ?? 0) + b) >>> 0
    b = (b + (words[i + 1] ?? 0) + a) >>> 0
  }
  return [a, b]
}

const isSame = (a: readonly [number, number], b: readonly [number, number]): boolean => a[0] === b[0] && a[1] === b[1]

/** @returns null when the log is sound, cut short, or not there */
export function findLogDamage(path: string): LogDamage | null {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= headerBytes) return null
  const file = openSync(path, 'r')
  try {
    return scan(file)
  } finally {
    closeSync(file)
  }
}

function scan(file: number): LogDamage | null {
  const head = Buffer.alloc(headerBytes)
  if (readSync(file, head, 0, headerBytes, 0) < headerBytes) return null
  const isBig = head.readUInt32BE(0) === magic + 1
  const isOurs = isBig === (endianness() === 'BE')
  const wordsOf = (bytes: Buffer): Uint32Array => {
    const own = Buffer.from(bytes)
    if (!isOurs) own.swap32()
    return new Uint32Array(own.buffer, own.byteOffset, own.byteLength / 4)
  }
  const pair = (bytes: Buffer, at: number) => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)] as const
  const isHeadSound =
    (head.readUInt32BE(0) & 0xfffffffe) >>> 0 === magic &&
    isSame(sumOf(wordsOf(head.subarray(0, 24)), [0, 0]), pair(head, 24))
  const pageBytes = isHeadSound ? head.readUInt32BE(8) : usualPageBytes
  const frame = Buffer.alloc(frameHeadBytes + pageBytes)
  let salts = isHeadSound ? pair(head, 16) : null
  let before = pair(head, 24)
  let computed: readonly [number, number] | null = null
  let damaged = isHeadSound ? null : 0
  // Of what follows the damage: whether a commit was seen to end, and how many whole ones came behind that.
  let ended = !isHeadSound
  let commitsAfter = 0
  for (
    let n = 1, at = headerBytes;
    readSync(file, frame, 0, frame.length, at) === frame.length;
    n++, at += frame.length
  ) {
    salts ??= pair(frame, 8)
    const isCommit = frame.readUInt32BE(4) !== 0
    const told = pair(frame, 16)
    const [head8, page] = [wordsOf(frame.subarray(0, 8)), wordsOf(frame.subarray(frameHeadBytes))]
    const found = sumOf(page, sumOf(head8, before))
    // Behind a frame whose own sums are what is damaged, the next one fits those that it should have had.
    const fits = isSame(found, told) || (computed !== null && isSame(sumOf(page, sumOf(head8, computed)), told))
    const isSound = isSame(pair(frame, 8), salts) && fits
    if (isSound && isCommit && damaged !== null && ended) commitsAfter++
    // Frames of another round of the log: the rest of it is old.
    if (damaged === null && !isSound) damaged = n
    if (damaged !== null && isCommit) ended = true
    before = told
    computed = isSame(found, told) ? null : found
  }
  return damaged === null || commitsAfter === 0 ? null : { frame: damaged, commitsAfter }
}

/** What {@link keepDamagedLog} leaves begins so. */
export const damagedLogName = 'catalog.db-wal.'

/**
 * Before SQLite drops what is behind the damage: keeps the log as it is in `quarantine/`, with a note that verify tells of until
 * somebody takes it away. What can be read of the catalog is sound, only older.
 *
 * @returns null when there is nothing to keep
 */
export function keepDamagedLog(catalog: string, quarantine: string, nowMs: number): LogDamage | null {
  const log = `${catalog}-wal`
  const damage = findLogDamage(log)
  if (damage === null) return null
  // A program that writes it this moment may have been seen in the middle of a frame: what is damaged stays so.
  const again = findLogDamage(log)
  if (again?.frame !== damage.frame) return null
  const copy = join(quarantine, `${damagedLogName}${nowMs}`)
  copyFileSync(log, copy)
  writeFileSync(`${copy}.json`, `${JSON.stringify({ ...again, at: new Date(nowMs).toISOString() })}\n`, {
    mode: fileMode,
  })
  for (const path of [copy, `${copy}.json`, quarantine]) {
    const file = openSync(path, 'r')
    fsyncSync(file)
    closeSync(file)
  }
  return again
}

/** In words, for whoever verifies. */
export function describeLogDamage(note: string): string {
  const { frame, commitsAfter, at } = JSON.parse(readFileSync(note, 'utf8')) as LogDamage & { readonly at: string }
  return `damage at frame ${frame}, seen ${at}; ${commitsAfter} commits behind it could not be read`
}
