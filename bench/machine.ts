/** Names the machine, so that a figure can be judged. */
import { cpus, totalmem, type } from 'node:os'

export function machine(): string {
  const all = cpus()
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.versions.node}`
}
