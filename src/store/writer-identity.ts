/**
 * Who writes a journal, so that others can tell whether it is still alive. A process id alone is not enough: it comes back
 * after a reboot or a wrap-around, and means something else in another container.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface WriterIdentity {
  readonly host: string
  /** null where the system does not tell. */
  readonly boot: string | null
  /** Which set of process ids the pid belongs to. */
  readonly namespace: string | null
  readonly pid: number
  /** When the process started, in clock ticks since boot; null where the system does not tell. */
  readonly started: string | null
  /** Of the store that opened the journal. */
  readonly token: string
}

/** A writer that can only be judged by its heartbeat is gone after this silence. */
export const silenceMs = 60_000
export const heartbeatMs = 10_000

export function ownIdentity(): WriterIdentity {
  return {
    host: hostname(),
    boot: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: tryRead(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: startOf(process.pid),
    token: randomBytes(12).toString('hex'),
  }
}

/** @param heartbeatAtMs when the writer last touched its file */
export function isAlive(writer: WriterIdentity, self: WriterIdentity, heartbeatAtMs: number, nowMs: number): boolean {
  const sameSystem = writer.host === self.host && writer.namespace === self.namespace
  if (writer.boot !== null && self.boot !== null && sameSystem && writer.boot !== self.boot) return false
  if (sameSystem && writer.started !== null && self.started !== null) return startOf(writer.pid) === writer.started
  return nowMs - heartbeatAtMs < silenceMs
}

/** The 22nd field of /proc/PID/stat; the second may hold spaces and brackets, so counting starts behind it. */
function startOf(pid: number): string | null {
  return tryRead(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  })
}

function tryRead(read: () => string | null): string | null {
  try {
    return read()
  } catch {
    return null // not Linux, or no such process
  }
}
