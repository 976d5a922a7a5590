/** The lines of a journal: 16 hex digits of checksum, a space, the operation as canonical JSON. */
import { brief, fault } from '#core/faults.ts'
import type { JournalOp } from '#core/journal.ts'
import { canonicalJson, parseJson } from '#core/json.ts'
import { sha256Hex } from './hashing.ts'

const checksum = (text: string): string => sha256Hex(text).slice(0, 16)

export function journalLine(op: JournalOp): string {
  const text = canonicalJson(op, 'the journal operation')
  return `${checksum(text)} ${text}\n`
}

export interface JournalContent {
  readonly ops: readonly JournalOp[]
  /** Bytes of whole lines; what follows was never acknowledged. */
  readonly soundBytes: number
}

/**
 * Reads as far as lines are whole. A torn end is what a crash leaves; damage before the end is damage.
 *
 * @throws record.corrupt
 */
export function readJournal(bytes: Buffer, where: string): JournalContent {
  const ops: JournalOp[] = []
  let start = 0
  for (;;) {
    const end = bytes.indexOf(10, start)
    if (end === -1) break
    const line = bytes.toString('utf8', start, end)
    const text = line.slice(17)
    if (line[16] !== ' ' || checksum(text) !== line.slice(0, 16)) {
      // A last line may be torn and yet end in a line feed: blocks of one write may reach the disk in any order.
      if (end === bytes.length - 1) break
      const expected = 'lines with their checksum'
      throw fault('record.corrupt', { expected, found: brief(line, 60), where: `${where}, byte ${start}` })
    }
    ops.push(parseJson(text, where) as unknown as JournalOp)
    start = end + 1
  }
  return { ops, soundBytes: start }
}
